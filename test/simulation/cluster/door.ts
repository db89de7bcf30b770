/**
 * Stands where the network would: `node:http` hands its requests to a function of ours instead of a socket. The real
 * client writes real HTTP and a real parser reads the answer, so nothing in `lambdas` knows of it. Measured: 120 µs a
 * call, done within one macrotask.
 */
import http from 'node:http';
import { Duplex } from 'node:stream';

export interface DoorRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** `hang`: no answer ever; `reset`: the connection breaks. `repeat` sends the body so many times (fault 30). */
export type DoorAnswer = 'hang' | 'reset' | { status: number; body: string; repeat?: number };

const parsed = (head: string) => {
  const [line = '', ...rest] = head.split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = rest.map((text): [string, string] => {
    const colon = text.indexOf(':');
    return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).trim()];
  });
  return { method, path, headers: Object.fromEntries(headers) };
};

class Wire extends Duplex {
  readonly #answer: (request: DoorRequest) => Promise<DoorAnswer>;
  #received = '';
  #left: { chunk: Buffer; times: number } | undefined;

  constructor(answer: (request: DoorRequest) => Promise<DoorAnswer>) {
    super();
    this.#answer = answer;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#received += chunk.toString('latin1');
    done();
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const request = parsed(this.#received.slice(0, end));
    const body = this.#received.slice(end + 4);
    if (body.length < Number(request.headers['content-length'] ?? 0)) return;
    this.#received = '';
    void this.#answer({ ...request, body: Buffer.from(body, 'latin1').toString('utf8') }).then((answer) =>
      this.#reply(answer),
    );
  }

  #reply(answer: DoorAnswer): void {
    if (this.destroyed || answer === 'hang') return;
    if (answer === 'reset') {
      this.destroy(Object.assign(new Error('The connection was reset.'), { code: 'ECONNRESET' }));
      return;
    }
    const chunk = Buffer.from(answer.body);
    const times = answer.repeat ?? 1;
    this.#left = { chunk, times };
    const length = chunk.length * times;
    this.push(`HTTP/1.1 ${answer.status} Answer\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`);
    this._read();
  }

  override _read(): void {
    while (this.#left && !this.destroyed) {
      const { chunk, times } = this.#left;
      this.#left = times > 1 ? { chunk, times: times - 1 } : undefined;
      const wantsMore = chunk.length === 0 || this.push(chunk);
      if (!this.#left) this.push(null);
      if (!wantsMore) return;
    }
  }

  // What the client asks of a socket and a wire without a network has no use for.
  setTimeout = () => this;
  setNoDelay = () => this;
  setKeepAlive = () => this;
  ref = () => this;
  unref = () => this;
}

/** Every request of this process goes through `answer`, until `close`. */
export function openDoor(answer: (request: DoorRequest) => Promise<DoorAnswer>): { close: () => void } {
  const before = http.globalAgent;
  class Door extends http.Agent {
    // Not in the types, and the one method that a client's request calls.
    addRequest(request: { onSocket: (socket: Duplex) => void }): void {
      request.onSocket(new Wire(answer));
    }
  }
  http.globalAgent = new Door();
  return {
    close: () => {
      http.globalAgent = before;
    },
  };
}
