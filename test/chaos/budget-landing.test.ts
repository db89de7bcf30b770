/** A cap that is too small for the run, with the real trainer on a real Ray: it lands under it, and goes on from there. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { getCostSummary } from '../../contracts/costs.ts';
import { listMetrics } from '../../contracts/metrics.ts';
import { getModel } from '../../contracts/models.ts';
import { listNotifications } from '../../contracts/notifications.ts';
import { cancelTrainingJob, continueTrainingJob, createTrainingJob } from '../../contracts/training-jobs.ts';
import { costsOf } from '../../local/journey/evidence.ts';
import { exampleDataset } from '../../local/journey/example.ts';
import { estimate, followJob, quickRunOn } from '../../local/journey/training.ts';
import { type StartedCopy, startCopy } from '../browser/copy.ts';
import { newPerson, type Person, type Upload, upload } from '../integration/person.ts';

const START_MS = 420_000;
/** The least cap pays for a minute and a half; starting, a second job and busy cores are the rest. */
const RUN_SECONDS = 300;
jest.setTimeout(2 * RUN_SECONDS * 1000);

let copy: StartedCopy;
let ana: Person;
let countries: Upload;

beforeAll(async () => {
  copy = await startCopy('landing', ['--no-pages', '--wait-scale', '0.5']);
  ana = await newPerson(copy.ready, 'ana');
  countries = await upload(ana, exampleDataset());
}, START_MS);
afterAll(() => copy?.stop(), 60_000);

test('a run that its cap cannot pay for to the end lands under it with a model, and is continued from that very step', async () => {
  const { api } = ana;
  // Fifty passes would take many minutes; the least cap that is accepted pays for the first of them.
  const choices = { ...(await quickRunOn(api, countries.dataset)), hyperparameters: { epochs: 50 } };
  const { minimumCapUsdMicros } = await estimate(api, choices);
  const start = (capUsdMicros: number) =>
    api.call(
      createTrainingJob,
      { body: { name: 'Landing', ...choices, capUsdMicros } },
      { idempotencyKey: randomUUID() },
    );
  await expect(start(minimumCapUsdMicros - 1)).rejects.toMatchObject({ code: 'cap-too-small' });
  const { body: accepted } = await start(minimumCapUsdMicros);
  const landed = await followJob(api, accepted.id, () => undefined, RUN_SECONDS);
  if (landed.status !== 'succeeded') throw new Error(JSON.stringify(landed));

  expect(landed).toMatchObject({
    status: 'succeeded',
    stopReason: 'budget',
    capUsdMicros: minimumCapUsdMicros,
  });
  if (!landed.trained) throw new Error('it has landed');
  const { steps, totalSteps } = landed.trained;
  expect(steps).toBeGreaterThan(0);
  expect(steps).toBeLessThan(totalSteps);
  expect(landed.checkpoint?.step).toBe(steps);
  const records = await costsOf(api, landed);
  const charged = records.reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
  expect(charged).toBe(landed.costUsdMicros);
  // Under the cap by itself, not cut there: the last record ends where the run ended.
  expect(charged).toBeLessThan(minimumCapUsdMicros);
  expect(records.at(-1)?.to).toBe(landed.attempts.at(-1)?.endedAt);
  const { body: model } = await api.call(getModel, { path: { modelId: landed.modelId } });
  expect(model.training).toMatchObject({ stopReason: 'budget', steps, totalSteps });
  expect(model.evaluation).not.toBeNull();
  const { body: costs } = await api.call(getCostSummary, { query: {} });
  expect(costs.budget.heldUsdMicros).toBe(0);
  const { body: notes } = await api.call(listNotifications, { query: { limit: 100 } });
  const told = notes.items.filter(({ kind }) => kind === 'job-landed-on-budget');
  expect(told).toHaveLength(1);
  expect(told[0]?.body).toContain(`${steps} of ${totalSteps} steps`);

  const idempotencyKey = randomUUID();
  const goOn = () =>
    api.call(
      continueTrainingJob,
      { path: { jobId: landed.id }, body: { capUsdMicros: minimumCapUsdMicros * 2 } },
      { idempotencyKey },
    );
  const [{ body: next }, { body: again }] = [await goOn(), await goOn()];
  expect(again.id).toBe(next.id);
  expect(next).toMatchObject({ continuedFrom: landed.id, checkpoint: { step: steps, jobId: landed.id } });
  let isAsked = false;
  const onLook = ({ progress }: { progress: { step: number } | null }) => {
    if (isAsked || !progress || progress.step <= steps) return;
    isAsked = true;
    void api.call(cancelTrainingJob, { path: { jobId: next.id }, body: { keepModel: true } });
  };
  const continued = await followJob(api, next.id, onLook, RUN_SECONDS);
  expect(continued).toMatchObject({ status: 'succeeded', stopReason: 'kept-by-user' });
  const { body: curve } = await api.call(listMetrics, {
    path: { jobId: next.id },
    query: { points: 5000 },
  });
  expect(curve.points[0]?.step).toBe(steps + 1);
  expect(continued.attempts).toMatchObject([{ attempt: 1, resumedFromStep: steps }]);
});
