/**
 * What CloudFront is in AWS: the pages and `/v1/*` on one origin, with the same security headers. It adds no
 * behaviour of its own, so that nothing works here that would not work there.
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { createGzip } from 'node:zlib';
import { securityHeaders } from '../lib/security-headers.ts';

/** API Gateway refuses larger bodies before any function is called. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
/** How much more of a refused body is read before the connection is cut. */
const DRAIN_LIMIT_BYTES = 10 * BODY_LIMIT_BYTES;
/** And it waits so long for a function. */
const API_TIMEOUT_MS = 30_000;

/** The file the pages read when they start; in AWS the web stack uploads it (lib/web-stack.ts). */
interface PageConfiguration {
  userPoolId: string;
  userPoolClientId: string;
  userPoolEndpoint: string;
  region: string;
  stage: string;
  apiBase: '/v1';
  signUp: 'open';
}

export interface EdgeOptions {
  port: number;
  /** Built pages; without them only the API and the configuration are served. */
  pagesFolder: string | undefined;
  emulatorPort: number;
  apiId: string;
  configuration: PageConfiguration;
}

export interface Edge {
  close(): Promise<void>;
}

export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const emulator = `http://127.0.0.1:${options.emulatorPort}`;
  const headers = securityHeaders({ signIn: emulator, buckets: [emulator] });
  const server = createServer((incoming, answer) => {
    for (const [name, value] of Object.entries(headers)) answer.setHeader(name, value);
    const path = new URL(incoming.url ?? '/', 'http://edge').pathname;
    if (path === '/v1' || path.startsWith('/v1/')) return forward(incoming, answer, options);
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD')
      return plain(answer, 405, 'Method not allowed');
    if (path === '/config.json') {
      answer.setHeader('cache-control', 'no-store');
      answer.setHeader('content-type', 'application/json');
      return void answer.end(JSON.stringify(options.configuration));
    }
    return page(path, incoming, answer, options.pagesFolder);
  });
  // Longer than a browser keeps a connection, shorter than forever: a closing server must not wait for idle ones.
  server.keepAliveTimeout = 65_000;
  await listen(server, options.port);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function plain(answer: ServerResponse, status: number, text: string): void {
  answer.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.jsonl': 'application/jsonl',
};
const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.json', '.svg', '.webmanifest', '.txt']);

function page(
  path: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  folder: string | undefined,
): void {
  if (folder === undefined) return plain(answer, 404, 'This copy was started without its pages.');
  const file = fileOf(folder, path);
  if (file === undefined) return plain(answer, 404, 'Not found');
  const ending = extname(file);
  answer.setHeader('content-type', TYPES[ending] ?? 'application/octet-stream');
  // Vite puts a hash into the names under /assets, so such a file never changes.
  answer.setHeader(
    'cache-control',
    path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  );
  if (incoming.method === 'HEAD') return void answer.end();
  const content = createReadStream(file).once('error', () => answer.destroy());
  if (COMPRESSIBLE.has(ending) && /\bgzip\b/.test(String(incoming.headers['accept-encoding']))) {
    answer.setHeader('content-encoding', 'gzip');
    answer.setHeader('vary', 'accept-encoding');
    content.pipe(createGzip()).pipe(answer);
  } else {
    content.pipe(answer);
  }
}

/** A file of the pages, or index.html for a page's address; a missing file with an ending stays missing. */
function fileOf(folder: string, path: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  const file = normalize(join(folder, decoded));
  if (decoded.includes('\0') || !(file + sep).startsWith(folder + sep)) return undefined;
  if (existsSync(file) && statSync(file).isFile()) return file;
  const index = join(folder, 'index.html');
  return extname(file) === '' && existsSync(index) ? index : undefined;
}

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** CloudFront passes every header of the viewer except Host, which names the API. */
function forward(incoming: IncomingMessage, answer: ServerResponse, options: EdgeOptions): void {
  const body: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= BODY_LIMIT_BYTES) body.push(chunk);
    else body.length = 0;
    // Answered while the sender still sends, it would see a broken connection instead of the answer.
    if (bytes > DRAIN_LIMIT_BYTES) incoming.destroy();
  });
  incoming.on('end', () => {
    if (bytes > BODY_LIMIT_BYTES) return gatewayAnswer(answer, 413, 'Request Entity Too Large');
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: options.emulatorPort,
        method: incoming.method,
        path: incoming.url,
        headers: {
          ...withoutHops(incoming.headers),
          host: `${options.apiId}.execute-api.localhost:${options.emulatorPort}`,
        },
        timeout: API_TIMEOUT_MS,
      },
      (received) => {
        answer.writeHead(received.statusCode ?? 502, withoutHops(received.headers));
        received.pipe(answer);
      },
    );
    outgoing.once('timeout', () => outgoing.destroy());
    outgoing.once('error', () => gatewayAnswer(answer, 503, 'Service Unavailable'));
    answer.once('close', () => outgoing.destroy());
    outgoing.end(Buffer.concat(body));
  });
}

function withoutHops(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.includes(name)) kept[name] = value;
  }
  return kept;
}

/** The gateway's own answers are not problem+json there either. */
function gatewayAnswer(answer: ServerResponse, status: number, message: string): void {
  if (answer.headersSent) return void answer.destroy();
  answer.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  answer.end(JSON.stringify({ message }));
}
