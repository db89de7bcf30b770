/**
 * The headers every page is answered with, wherever it is served from. Pure data: the distribution and the
 * server of the pages here both take them from this one place.
 */

/** Where the pages may connect to besides their own origin: sign-in, and the buckets' presigned URLs. */
export interface PageConnections {
  readonly signIn: string;
  readonly buckets: readonly string[];
}

/** Half a year; a day is too short to protect a returning visitor, two years too long to take back. */
export const STRICT_TRANSPORT_SECONDS = 15_552_000;

/**
 * Scripts, styles and fonts come from the origin alone, with nothing inline; `data:` images are the
 * icons a style sheet carries. Nothing may frame the pages and no form leaves them.
 */
function contentSecurityPolicy({ signIn, buckets }: PageConnections): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "manifest-src 'self'",
    `connect-src ${["'self'", signIn, ...buckets].join(' ')}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** Headers by name, for a server that sets them itself. */
export function securityHeaders(connections: PageConnections): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(connections),
    'Strict-Transport-Security': `max-age=${STRICT_TRANSPORT_SECONDS}; includeSubDomains`,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  };
}
