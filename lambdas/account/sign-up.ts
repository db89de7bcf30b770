/** Whether an address may make an account by itself: its domain is one of those, not merely below one. */
export function mayJoin(email: string | undefined, domains: readonly string[]): boolean {
  const domain = email?.split('@').at(-1)?.toLowerCase();
  // Cognito proves the address by a code, so the part before the @ needs no look.
  return domain !== undefined && domains.some((allowed) => allowed.toLowerCase() === domain);
}
