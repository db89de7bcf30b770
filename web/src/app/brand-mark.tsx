/** A loss curve that lands. */
export function BrandMark({ className = 'size-5' }: { className?: string }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden className={className}>
      <path
        d="M3 4.500c4.600 0 4.300 10.500 14 10.500"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
      <circle cx="17" cy="15" r="2.100" fill="var(--accent)" />
      <path d="M3 16.500h6" stroke="var(--line-2)" strokeWidth="1.6" strokeLinecap="round" />
    </svg>
  );
}
