import type { SignedPart } from '../../../../../contracts/values.ts';
import { PartRefused } from './send-parts.ts';

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
    const end = (act: () => void) => {
      signal.removeEventListener('abort', abort);
      act();
    };
    request.open('PUT', signed.url);
    for (const [name, value] of Object.entries(signed.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () =>
      end(() =>
        request.status >= 200 && request.status < 300 ? resolve() : reject(new PartRefused(request.status)),
      );
    request.onerror = () => end(() => reject(new PartRefused(0)));
    request.onabort = () => end(() => reject(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    request.send(bytes);
  });
}

/** Ends after so many milliseconds, or at once when the signal aborts. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
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
}
