import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { simulatedStorage } from '../owners/simulated-storage.ts';
import { expressionsSuite } from '../storage-suite/expressions-suite.ts';
import { objectsSuite } from '../storage-suite/objects-suite.ts';
import { storesSuite } from '../storage-suite/stores-suite.ts';
import { DIFFERENCES, type StorageUnderTest } from '../storage-suite/storage-under-test.ts';
import { tablesSuite } from '../storage-suite/tables-suite.ts';

let storage: StorageUnderTest;
beforeAll(async () => {
  jest.spyOn(console, 'info').mockReturnValue();
  storage = await simulatedStorage();
});
afterAll(() => storage?.stop());

storesSuite(() => storage);
expressionsSuite('double');
tablesSuite('double');
objectsSuite('double', () => storage.environment['MODELS_BUCKET']!);

test('what differs is told in the README, and nothing else', () => {
  const readme = readFileSync('test/simulation/README.md', 'utf8');
  const [, list = ''] = /\| Not so[^\n]*\n[^\n]*\n((?:\|[^\n]*\n)+)/.exec(readme) ?? [];
  const told = list.split('\n').flatMap((line) => line.split('|')[1]?.trim() ?? []);
  expect(told.sort()).toEqual([...DIFFERENCES.emulator, ...DIFFERENCES.double].sort());
});
