/** The objects of a bucket with all their versions; bytes are kept as the pieces they came in, never joined. */
import { createHash } from 'node:crypto';

export interface Version {
  key: string;
  versionId: string;
  /** Nothing for a delete marker. */
  pieces: readonly Buffer[] | undefined;
  bytes: number;
  /** Of the whole, or over the parts' digests with their number. */
  checksumSha256: string | undefined;
}

const digests = new WeakMap<Buffer, string>();

/** Base64; of one buffer it is computed once, because large files come as one piece again and again. */
export function sha256Of(piece: Buffer): string {
  let digest = digests.get(piece);
  if (digest === undefined) {
    digest = createHash('sha256').update(piece).digest('base64');
    digests.set(piece, digest);
  }
  return digest;
}

export class Versions {
  readonly #keys = new Map<string, Version[]>();
  #number = 0;

  add(key: string, pieces: readonly Buffer[] | undefined, checksumSha256?: string): Version {
    this.#number += 1;
    const bytes = (pieces ?? []).reduce((sum, { length }) => sum + length, 0);
    const version = { key, versionId: `version-${this.#number}`, pieces, bytes, checksumSha256 };
    this.#keys.set(key, [...(this.#keys.get(key) ?? []), version]);
    return version;
  }

  /** The newest one, or the one of this id; it may be a delete marker. */
  find(key: string, versionId?: string): Version | undefined {
    const versions = this.#keys.get(key);
    return versionId === undefined
      ? versions?.at(-1)
      : versions?.find((version) => version.versionId === versionId);
  }

  remove(key: string, versionId: string): void {
    const left = (this.#keys.get(key) ?? []).filter((version) => version.versionId !== versionId);
    if (left.length > 0) this.#keys.set(key, left);
    else this.#keys.delete(key);
  }

  /** Every version and marker: keys in order, the newest of each first. */
  all(prefix = ''): Version[] {
    const keys = [...this.#keys.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.flatMap((key) => (this.#keys.get(key) ?? []).toReversed());
  }
}

/** `bytes=from-to` of a version's pieces; nothing where it begins behind the end. */
export function rangeOf(
  { pieces = [], bytes }: Version,
  range: string,
): { pieces: Buffer[]; said: string } | undefined {
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const first = Number(from);
  const last = Math.min(to === '' ? Infinity : Number(to), bytes - 1);
  if (first > last) return undefined;
  const part: Buffer[] = [];
  let at = 0;
  for (const piece of pieces) {
    const wanted = piece.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at));
    if (wanted.length > 0) part.push(wanted);
    at += piece.length;
  }
  return { pieces: part, said: `bytes ${first}-${last}/${bytes}` };
}

const numberOf = (versionId: string) => Number(versionId.slice(versionId.lastIndexOf('-') + 1));

/** Whether a version of a key came before another one, which may be gone by now. */
export const isOlder = (versionId: string, than: string): boolean => numberOf(versionId) < numberOf(than);
