import { isPlaceholder } from './placeholders.ts';
import { shownStart, type Finding } from './sensitive-match.ts';

/** Headers with a key or certificates in them reach 4 kB. */
const HEADER = /[A-Za-z0-9_-]{10,4096}/y;
/** Three parts are a signed token, five an encrypted one. */
const REST =
  /\.([A-Za-z0-9_-]{2,16384})\.([A-Za-z0-9_-]{0,2048})(?:\.[A-Za-z0-9_-]{2,16384}\.[A-Za-z0-9_-]{8,100})?/y;

function saysAlgorithm(header: string): boolean {
  try {
    const value: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && 'alg' in value && typeof value.alg === 'string';
  } catch {
    return false;
  }
}

/** JSON Web Tokens in `run`, which begins at `offset` of the text: the header really says an algorithm. */
export function signedTokens(run: string, offset: number, found: Finding[]): void {
  for (let at = run.indexOf('eyJ'); at >= 0; at = run.indexOf('eyJ', at + 3)) {
    HEADER.lastIndex = at;
    const header = HEADER.exec(run)?.[0];
    if (header === undefined) continue;
    // Nothing in between can begin a token that ends elsewhere.
    const from = at;
    at += header.length - 3;
    REST.lastIndex = from + header.length;
    const rest = REST.exec(run);
    if (!rest || !saysAlgorithm(header)) continue;
    const [written, payload = '', signature = ''] = rest;
    const isSigned = signature.length >= 10 && !isPlaceholder(signature);
    if (!isSigned && !(signature.length === 0 && payload.startsWith('eyJ'))) continue;
    at = REST.lastIndex - 3;
    found.push({
      kind: 'signed-token',
      from: offset + from,
      to: offset + REST.lastIndex,
      shown: shownStart(header + written),
    });
  }
}
