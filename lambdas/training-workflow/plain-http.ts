/**
 * HTTP without the marks of a browser. Node's `fetch` always sends `Sec-Fetch-Mode`, which Ray takes for a browser
 * and refuses for POST, PUT and DELETE with 405, whatever the key (ray/dashboard/optional_utils.py, 2.60).
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';

interface PlainRequest {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

export type PlainHttp = (url: string, request: PlainRequest) => Promise<Response>;

/** Follows no redirect: a key must not go to wherever an answer points. Rejects when there is no answer. */
export const plainHttp: PlainHttp = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const outgoing = send(url, { method, headers, signal }, (answer) => {
      const status = answer.statusCode ?? 0;
      // A Response may not carry a body with these.
      const isEmpty = status === 204 || status === 304;
      if (isEmpty) answer.resume();
      resolve(
        new Response(isEmpty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), { status }),
      );
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
