import type { SignedPart } from '../../../../../contracts/values.ts';
import { PartRefused } from './send-parts.ts';

/** A line on which nothing moved for so long is given up and tried anew: a lost Wi-Fi does not always say so. */
const STALLED_MILLISECONDS = 45_000;

/** PUTs one part with exactly the headers that were signed. XMLHttpRequest, because fetch doesn't tell how much was sent. */
export function putPart(
  signed: SignedPart,
  bytes: ArrayBuffer,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    let stalled: ReturnType<typeof setTimeout> | undefined;
    const watch = () => {
      clearTimeout(stalled);
      stalled = setTimeout(() => {
        end(() => reject(new PartRefused(0)));
        request.abort();
      }, STALLED_MILLISECONDS);
    };
    const end = (act: () => void) => {
      clearTimeout(stalled);
      signal.removeEventListener('abort', abort);
      act();
    };
    request.open('PUT', signed.url);
    for (const [name, value] of Object.entries(signed.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      watch();
      onSent(event.loaded);
    };
    request.onload = () =>
      end(() =>
        request.status >= 200 && request.status < 300 ? resolve() : reject(new PartRefused(request.status)),
      );
    request.onerror = () => end(() => reject(new PartRefused(0)));
    request.onabort = () => end(() => reject(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    watch();
    request.send(bytes);
  });
}

/** Ends after so many milliseconds and not before the network is back, or at once when the signal aborts. */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
  if (!navigator.onLine) await online(signal);
}

function online(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const end = (act: () => void) => {
      done.abort();
      act();
    };
    window.addEventListener('online', () => end(resolve), { signal: done.signal });
    signal.addEventListener('abort', () => end(() => reject(signal.reason)), { signal: done.signal });
  });
}
