import type { SignedPart } from '../../../../../contracts/values.ts';
import type { Part } from './parts.ts';

/** S3 answered a part with an error. */
export class PartRefused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`S3 answered ${status}`);
    this.name = 'PartRefused';
    this.status = status;
  }
}

/** The browser can no longer read the file: it was changed, moved or deleted since it was chosen. */
export class FileChanged extends Error {
  override name = 'FileChanged';
}

/** What the sending needs from outside: so that it can be tried without a network. */
export interface SendPorts {
  read: (part: Part) => Promise<ArrayBuffer>;
  hash: (bytes: ArrayBuffer) => Promise<string>;
  sign: (part: Part, sha256: string, signal: AbortSignal) => Promise<SignedPart>;
  put: (
    signed: SignedPart,
    bytes: ArrayBuffer,
    onSent: (bytes: number) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** With four parts of 8 MiB in the air a fast line stays full and a slow one still sees parts end. */
const IN_PARALLEL = 4;
/** 1, 2, 4, 8, 16 s: half a minute without network is bridged, then the upload pauses with its reason. */
const TRIES = 6;

/**
 * Sends parts, four at a time; each is hashed, signed for its checksum and put. A part that fails is tried again with a
 * fresh URL. Ends when all are sent, or throws the first error that trying again does not cure, or when `signal` aborts.
 */
export async function sendParts(
  parts: readonly Part[],
  ports: SendPorts,
  signal: AbortSignal,
  report: {
    /** Bytes of a part that are on their way; falls back to 0 when it is tried again. */
    progress: (part: Part, sent: number) => void;
    /** `sha256` is what the part was signed for. */
    done: (part: Part, sha256: string) => void;
  },
): Promise<void> {
  const waiting = [...parts];
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const worker = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      either.throwIfAborted();
      const sha256 = await sendPart(part, ports, either, report.progress);
      report.done(part, sha256);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(IN_PARALLEL, parts.length) }, worker));
  } catch (error) {
    failed.abort();
    throw error;
  }
}

async function sendPart(
  part: Part,
  ports: SendPorts,
  signal: AbortSignal,
  progress: (part: Part, sent: number) => void,
): Promise<string> {
  let bytes: ArrayBuffer;
  try {
    bytes = await ports.read(part);
  } catch {
    throw new FileChanged();
  }
  const sha256 = await ports.hash(bytes);
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      const signed = await ports.sign(part, sha256, signal);
      await ports.put(signed, bytes, (sent) => progress(part, sent), signal);
      progress(part, bytes.byteLength);
      return sha256;
    } catch (error) {
      progress(part, 0);
      if (signal.aborted || attempt === TRIES || !mayPass(error)) throw error;
      await ports.wait(1000 * 2 ** (attempt - 1), signal);
    }
  }
}

/** A network error, a busy service, and an URL that expired (403): all cured by asking again. */
function mayPass(error: unknown): boolean {
  if (error instanceof PartRefused) {
    return error.status === 0 || error.status === 403 || error.status === 408 || error.status >= 500;
  }
  if (!(error instanceof Error) || error.name !== 'ApiError' || !('status' in error)) return false;
  const status = Number(error.status);
  return status === 0 || status === 429 || status >= 500;
}
