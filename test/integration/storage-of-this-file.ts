/** An emulator for the tests of one file, started before the first and gone after the last; nothing is printed. */
import { afterAll, beforeAll, jest } from '@jest/globals';
import { type EmulatedStorage, emulatedStorage } from '../owners/emulated-storage.ts';

/** `name` tells the emulators of one run apart. The answer is there once the tests begin. */
export function storageOfThisFile(name: string): () => EmulatedStorage {
  let storage: EmulatedStorage | undefined;
  beforeAll(async () => {
    for (const level of ['info', 'warn', 'error'] as const) jest.spyOn(console, level).mockReturnValue();
    storage = await emulatedStorage(name);
  }, 60_000);
  afterAll(() => storage?.stop(), 30_000);
  return () => {
    if (!storage) throw new Error('The emulator is started before the first test, not before that.');
    return storage;
  };
}
