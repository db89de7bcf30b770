/** One suite, two storages: the doubles of the simulator and the emulator must both do what AWS does. */
import { test } from '@jest/globals';
import type { EmulatedStorage } from '../owners/emulated-storage.ts';

export interface SentMail {
  Subject: string;
  BodyText: string | null;
  BodyHtml: string | null;
}

export interface StorageUnderTest extends EmulatedStorage {
  /** E-mails sent to an address, oldest first. */
  emailsTo(address: string): Promise<SentMail[]>;
}

export type StorageKind = 'double' | 'emulator';

/**
 * What AWS does and one of them does not, by the name of its test: it is run there all the same, and must fail. One that
 * has learnt it turns the suite red until its line here, and in test/simulation/README.md, is gone.
 */
export const DIFFERENCES: Readonly<Record<StorageKind, readonly string[]>> = {
  double: [],
  emulator: [
    'a filter on a key is refused',
    'are not completed once more',
    'out of order are refused',
    'have no small part before the last',
  ],
};

/** A test of what AWS does, on one of the two. */
export function guarantee(kind: StorageKind, name: string, work: () => Promise<void>): void {
  const run = DIFFERENCES[kind].includes(name) ? test.failing : test;
  run(name, work);
}
