/**
 * Walks a Thrift struct (Parquet's footer and page headers) before hyparquet builds it. hyparquet believes what a list
 * says of its length (eight bytes of memory an element, promised by five bytes) and reads integers of any length, whose
 * time grows with the square; here a promise has to be kept by the bytes that are there.
 */
import { ParquetDamage } from './damage.ts';

const DEEPEST = 32;
/** Thrift's 64-bit integers take ten bytes at most. */
const LONGEST_VARINT = 10;

const KIND = {
  STOP: 0,
  TRUE: 1,
  FALSE: 2,
  BYTE: 3,
  I16: 4,
  I32: 5,
  I64: 6,
  DOUBLE: 7,
  BINARY: 8,
  LIST: 9,
  STRUCT: 12,
};

/** Thrown where the bytes end before the struct does. */
class Short extends Error {}

class Walk {
  at: number;
  readonly #bytes: Uint8Array;
  #structs: number;

  constructor(bytes: Uint8Array, from: number, mostStructs: number) {
    this.#bytes = bytes;
    this.at = from;
    this.#structs = mostStructs;
  }

  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new Short();
    this.at += 1;
    return byte;
  }

  #varint(): number {
    let value = 0;
    for (let index = 0; index < LONGEST_VARINT; index += 1) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw new ParquetDamage('an integer without end');
  }

  #skip(length: number): void {
    if (this.at + length > this.#bytes.length) throw new Short();
    this.at += length;
  }

  struct(depth: number): void {
    if (depth > DEEPEST) throw new ParquetDamage('structures nested too deeply');
    if ((this.#structs -= 1) < 0) throw new ParquetDamage('more structures than a table can have');
    for (;;) {
      const head = this.#byte();
      const type = head & 0x0f;
      if (type === KIND.STOP) return;
      if (head >> 4 === 0) this.#varint();
      if (type !== KIND.TRUE && type !== KIND.FALSE) this.#element(type, depth);
    }
  }

  #element(type: number, depth: number): void {
    if (type <= KIND.BYTE) this.#skip(1);
    else if (type <= KIND.I64) this.#varint();
    else if (type === KIND.DOUBLE) this.#skip(8);
    else if (type === KIND.BINARY) this.#skip(this.#varint());
    else if (type === KIND.LIST) this.#list(depth + 1);
    else if (type === KIND.STRUCT) this.struct(depth + 1);
    else throw new ParquetDamage('a structure of an unknown kind');
  }

  #list(depth: number): void {
    if (depth > DEEPEST) throw new ParquetDamage('structures nested too deeply');
    const head = this.#byte();
    const size = head >> 4 === 15 ? this.#varint() : head >> 4;
    // Each element takes a byte at least.
    if (this.at + size > this.#bytes.length) throw new Short();
    for (let index = 0; index < size; index += 1) this.#element(head & 0x0f, depth);
  }
}

/** Where the struct that begins at `from` ends; nothing where `bytes` end before it. Throws `ParquetDamage`. */
export function thriftEnd(bytes: Uint8Array, from: number, mostStructs: number): number | undefined {
  const walk = new Walk(bytes, from, mostStructs);
  try {
    walk.struct(1);
    return walk.at;
  } catch (error) {
    if (error instanceof Short) return undefined;
    throw error;
  }
}
