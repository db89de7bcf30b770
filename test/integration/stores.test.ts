import { afterAll, beforeAll, jest } from '@jest/globals';
import { emailsTo } from '../../local/emulator.ts';
import { type EmulatedStorage, emulatedStorage } from '../owners/emulated-storage.ts';
import { expressionsSuite } from '../storage-suite/expressions-suite.ts';
import { objectsSuite } from '../storage-suite/objects-suite.ts';
import { storesSuite } from '../storage-suite/stores-suite.ts';
import { tablesSuite } from '../storage-suite/tables-suite.ts';

let storage: EmulatedStorage;
beforeAll(async () => {
  jest.spyOn(console, 'info').mockReturnValue();
  storage = await emulatedStorage('stores');
}, 60_000);
afterAll(() => storage?.stop(), 30_000);

storesSuite(() => ({
  ...storage,
  emailsTo: (address) => emailsTo(process.env['AWS_ENDPOINT_URL']!, address),
}));
expressionsSuite('emulator');
tablesSuite('emulator');
objectsSuite('emulator', () => storage.environment['MODELS_BUCKET']!);
