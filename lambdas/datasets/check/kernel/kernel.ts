/**
 * Looks at bytes in WebAssembly: its source is in `assembly`, its machine code in kernel-binary.ts. It reads rows of the
 * usual form, hashes texts and says what in them is worth a closer look: 16 bytes at a time, without making a string.
 * Of 500 MB that takes 0.5 core-seconds, where JavaScript took five.
 */
import { LIMITS } from '../../../../contracts/limits.ts';
import { KERNEL } from './kernel-binary.ts';

/** What assembly/index.ts exports; places and lengths are in bytes. */
interface KernelExports {
  memory: { buffer: ArrayBuffer };
  makeRoom(bytes: number): void;
  foundPlace(): number;
  blockPlace(): number;
  textPlace(): number;
  endBlock(bytes: number): void;
  readLine(from: number, bytes: number): number;
  beginRow(): void;
  takeText(bytes: number, mark: number): number;
}

/** Of what every engine has; Node's types do not name it. */
declare const WebAssembly: {
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object) => { exports: KernelExports };
};

const COMPILED = new WebAssembly.Module(Buffer.from(KERNEL, 'base64'));

/** One at work in a thread: 3 MB, of which a page that is never written costs nothing. */
export class Kernel {
  /** What was found last; see layout.ts. */
  found: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  /** Where the block begins, in bytes of memory. */
  blockAt = 0;
  readonly #exports: KernelExports;
  #memory: Buffer = Buffer.alloc(0);
  #textAt = 0;
  #blockBytes = 0;

  constructor(mostBytes: number = LIMITS.datasetLineBytes + 1) {
    this.#exports = new WebAssembly.Instance(COMPILED).exports;
    this.#makeRoom(mostBytes);
  }

  /** Puts in the lines that are read next. */
  takeBlock(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#memory.set(bytes, this.blockAt);
    this.#blockBytes = bytes.length;
    this.#exports.endBlock(bytes.length);
  }

  /** How many turns the line has that begins here, where it is a row of the usual form; else 0. */
  readLine(from: number): number {
    return this.#exports.readLine(from, this.#blockBytes);
  }

  beginRow(): void {
    this.#exports.beginRow();
  }

  /** Adds a text of a row to its hash and answers its marks. A text is never longer than its line. */
  takeText(text: string, mark: number): number {
    const bytes = this.#memory.write(text, this.#textAt, 'utf8');
    return this.#exports.takeText(bytes, mark);
  }

  #makeRoom(bytes: number): void {
    const { memory, ...exports } = this.#exports;
    exports.makeRoom(bytes);
    this.blockAt = exports.blockPlace();
    this.#textAt = exports.textPlace();
    if (this.#memory.buffer === memory.buffer) return;
    this.#memory = Buffer.from(memory.buffer);
    this.found = new Uint32Array(memory.buffer, exports.foundPlace());
  }
}
