/** The storage that the functions use, on the simulator's doubles: no process, no port, no wait. */
import { forgetBuilt } from '../../lambdas/runtime/environment.ts';
import { BUCKETS, ENVIRONMENT, TABLES } from '../simulation/deployment/functions.ts';
import { Objects } from '../simulation/storage/objects.ts';
import { Tables } from '../simulation/storage/tables.ts';
import { random } from '../simulation/time/random.ts';
import { type AwsCall, AwsCalls, awsError } from '../simulation/world/calls.ts';
import type { SentMail, StorageUnderTest } from '../storage-suite/storage-under-test.ts';
import { FUNCTION_SETTINGS } from './emulated-storage.ts';

interface Mail {
  Destination: { ToAddresses: string[] };
  Content: {
    Simple: { Subject: { Data: string }; Body: { Text: { Data: string }; Html: { Data: string } } };
  };
}

/** Until `stop`, every SDK client of this process, and every fetch of a presigned URL, reaches the doubles. */
export async function simulatedStorage(): Promise<StorageUnderTest> {
  const before = { environment: { ...process.env }, fetch: globalThis.fetch };
  const environment = { ...ENVIRONMENT, ...FUNCTION_SETTINGS };
  delete process.env['AWS_ENDPOINT_URL'];
  delete process.env['AWS_SESSION_TOKEN'];
  Object.assign(process.env, environment);
  forgetBuilt();

  const tables = new Tables(Object.values(TABLES), () => undefined);
  const signer = {
    accessKeyId: ENVIRONMENT['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: ENVIRONMENT['AWS_SECRET_ACCESS_KEY'] ?? '',
  };
  const objects = new Objects(
    Object.values(BUCKETS),
    () => signer,
    () => undefined,
  );
  const people = new Map<string, string>();
  const mails: { to: string; mail: SentMail }[] = [];
  const calls = new AwsCalls({
    clock: { sleep: () => Promise.resolve() },
    random: random(1),
    note: () => undefined,
    perform: async (call) => {
      if (call.service === 'dynamodb') return tables.perform(call.name, call.input);
      if (call.service === 's3') return objects.perform(call.name, call.input);
      return other(call, people, mails);
    },
  });
  const { restore } = calls.take();
  globalThis.fetch = async (address, { method = 'GET', headers, body } = {}) => {
    const given = Object.fromEntries(new Headers(headers));
    const sent = body === undefined || body === null ? {} : { body: Buffer.from(body as Uint8Array) };
    const answer = objects.http(method as 'GET' | 'PUT', String(address), {
      headers: given,
      ...sent,
      now: Date.now(),
    });
    return new Response(answer.body && new Uint8Array(answer.body), { status: answer.status });
  };

  return {
    environment,
    async addPerson(email) {
      const sub = `person-${people.size + 1}`;
      people.set(sub, email);
      return sub;
    },
    emailsTo: async (address) => mails.flatMap(({ to, mail }) => (to === address ? [mail] : [])),
    async stop() {
      restore();
      globalThis.fetch = before.fetch;
      for (const name of Object.keys(environment)) delete process.env[name];
      Object.assign(process.env, before.environment);
      forgetBuilt();
    },
  };
}

function other(
  { service, name, input }: AwsCall,
  people: ReadonlyMap<string, string>,
  mails: { to: string; mail: SentMail }[],
): unknown {
  switch (`${service} ${name}`) {
    case 'ses CreateEmailIdentityCommand':
      return {};
    case 'ses SendEmailCommand': {
      const { Destination, Content } = input as unknown as Mail;
      const { Subject, Body } = Content.Simple;
      const mail = { Subject: Subject.Data, BodyText: Body.Text.Data, BodyHtml: Body.Html.Data };
      for (const to of Destination.ToAddresses) mails.push({ to, mail });
      return {};
    }
    case 'cognito AdminGetUserCommand': {
      const Value = people.get(String(input['Username']));
      if (Value === undefined) throw awsError('UserNotFoundException', 'User does not exist.');
      return { UserAttributes: [{ Name: 'email', Value }] };
    }
    default:
      throw new Error(`The simulated storage has no ${service} ${name}.`);
  }
}
