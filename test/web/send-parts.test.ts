/** @jest-environment node */
import { createHash, webcrypto } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { partsOf, sha256Base64, type Part } from '../../web/src/features/datasets/upload/parts.ts';
import {
  FileChanged,
  PartRefused,
  sendParts,
  type SendPorts,
} from '../../web/src/features/datasets/upload/send-parts.ts';

const MIB = 1024 * 1024;
const plan = (bytes: number, partBytes = 8 * MIB) => ({
  file: 'data' as const,
  bytes,
  partBytes,
  parts: Math.ceil(bytes / partBytes),
});

/** Ports in which everything works at once; a test replaces what it is about. */
function ports(over: Partial<SendPorts> = {}): SendPorts {
  return {
    read: async (part) => new ArrayBuffer(part.to - part.from),
    hash: async () => 'hash',
    sign: async (part) => ({
      partNumber: part.partNumber,
      url: `https://bucket.example/${part.partNumber}`,
      headers: {},
      expiresAt: '2026-11-23T12:00:00Z',
    }),
    put: async () => undefined,
    wait: async () => undefined,
    ...over,
  };
}
const silent = { progress: () => undefined, done: () => undefined };
const never = new AbortController().signal;

describe('an upload plan', () => {
  test('is cut into parts that hold every byte once, in order', () => {
    for (const bytes of [1, 8 * MIB, 8 * MIB + 1, 251_600_000, 500 * MIB]) {
      const parts = partsOf(plan(bytes));
      expect(parts.map(({ partNumber }) => partNumber)).toEqual(parts.map((_, index) => index + 1));
      expect(parts[0]?.from).toBe(0);
      expect(parts.at(-1)?.to).toBe(bytes);
      parts.slice(1).forEach((part, index) => expect(part.from).toBe(parts[index]?.to));
    }
  });

  test('hashes a part as S3 does: SHA-256 in base64', async () => {
    const bytes = new TextEncoder().encode('{"messages":[]}\n');
    const subtle = webcrypto.subtle as unknown as SubtleCrypto;
    expect(await sha256Base64(bytes.buffer, subtle)).toBe(
      createHash('sha256').update(bytes).digest('base64'),
    );
  });
});

describe('sending parts', () => {
  test('puts each part once, never more than four at a time', async () => {
    const parts = partsOf(plan(20 * 8 * MIB));
    const put: string[] = [];
    let inFlight = 0;
    let most = 0;
    await sendParts(
      parts,
      ports({
        put: async ({ url }) => {
          inFlight += 1;
          most = Math.max(most, inFlight);
          await Promise.resolve();
          inFlight -= 1;
          put.push(url);
        },
      }),
      never,
      silent,
    );
    expect(new Set(put).size).toBe(20);
    expect(put).toHaveLength(20);
    expect(most).toBeLessThanOrEqual(4);
  });

  test('signs each part for the checksum of its own bytes', async () => {
    const signed: [number, string][] = [];
    await sendParts(
      partsOf(plan(3 * 8 * MIB)),
      ports({
        read: async (part) => new Uint8Array([part.partNumber]).buffer,
        hash: async (bytes) => `hash of ${new Uint8Array(bytes)[0]}`,
        sign: async (part, sha256) => {
          signed.push([part.partNumber, sha256]);
          return ports().sign(part, sha256, never);
        },
      }),
      never,
      silent,
    );
    expect(signed.sort()).toEqual([
      [1, 'hash of 1'],
      [2, 'hash of 2'],
      [3, 'hash of 3'],
    ]);
  });

  test('a part whose URL expired or whose storage was busy is sent again with a fresh URL', async () => {
    const answers = [403, 503, 0];
    let signatures = 0;
    const progress: number[] = [];
    await sendParts(
      partsOf(plan(10)),
      ports({
        sign: async (part, sha256) => {
          signatures += 1;
          return ports().sign(part, sha256, never);
        },
        put: async () => {
          const status = answers.shift();
          if (status !== undefined) throw new PartRefused(status);
        },
      }),
      never,
      { progress: (_, sent) => progress.push(sent), done: () => undefined },
    );
    expect(signatures).toBe(4);
    expect(progress.at(-1)).toBe(10);
  });

  test('bytes that do not match their checksum are not tried again', async () => {
    let puts = 0;
    const sending = sendParts(
      partsOf(plan(10)),
      ports({
        put: async () => {
          puts += 1;
          throw new PartRefused(400);
        },
      }),
      never,
      silent,
    );
    await expect(sending).rejects.toMatchObject({ status: 400 });
    expect(puts).toBe(1);
  });

  test('a file that was moved or changed ends the upload with that reason', async () => {
    const sending = sendParts(
      partsOf(plan(10)),
      ports({
        read: async () => {
          throw new Error('NotReadableError');
        },
      }),
      never,
      silent,
    );
    await expect(sending).rejects.toBeInstanceOf(FileChanged);
  });

  test('a pause sends nothing more', async () => {
    const stop = new AbortController();
    const done: Part[] = [];
    const sending = sendParts(
      partsOf(plan(40 * 8 * MIB)),
      ports({
        put: async () => {
          await Promise.resolve();
          if (done.length >= 3) stop.abort();
        },
      }),
      stop.signal,
      { progress: () => undefined, done: (part) => done.push(part) },
    );
    await expect(sending).rejects.toBeDefined();
    expect(done.length).toBeLessThan(10);
  });
});
