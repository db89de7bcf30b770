import { emailsTo } from '../../local/emulator.ts';
import { expressionsSuite } from '../storage-suite/expressions-suite.ts';
import { objectsSuite } from '../storage-suite/objects-suite.ts';
import { storesSuite } from '../storage-suite/stores-suite.ts';
import { tablesSuite } from '../storage-suite/tables-suite.ts';
import { storageOfThisFile } from './storage-of-this-file.ts';

const storage = storageOfThisFile('stores');

storesSuite(() => ({
  ...storage(),
  emailsTo: (address) => emailsTo(process.env['AWS_ENDPOINT_URL']!, address),
}));
expressionsSuite('emulator');
tablesSuite('emulator');
objectsSuite('emulator', () => storage().environment['MODELS_BUCKET']!);
