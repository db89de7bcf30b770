/** The whole product on MiniStack, Ray and the trainer, over its public API. One copy serves all tests of this file. */
import { createPrivateKey } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { getDataset } from '../../contracts/datasets.ts';
import { listJobEvents } from '../../contracts/metrics.ts';
import { getModel } from '../../contracts/models.ts';
import type { AnyOperation } from '../../contracts/operation.ts';
import { getTrainingJob } from '../../contracts/training-jobs.ts';
import { downloadModel } from '../../local/journey/adapter.ts';
import { costsOf, evidenceOf } from '../../local/journey/evidence.ts';
import { exampleDataset } from '../../local/journey/example.ts';
import { estimate, followJob, quickRunOn, startJob } from '../../local/journey/training.ts';
import { putClusterKey } from '../../local/deployment.ts';
import { processesOf, signal } from '../../local/processes.ts';
import { readRunningCopy } from '../../local/running-copy.ts';
import { stateFolder } from '../../local/folders.ts';
import { type StartedCopy, startCopy } from '../browser/copy.ts';
import { badInputTests } from './bad-input.ts';
import { keeperOf, newPerson, type Person, type Run, train, type Upload, upload } from './person.ts';

const START_MS = 420_000;
const RUN_MS = 300_000;
const ADAPTERS = join(tmpdir(), `brightrun-adapters-${process.pid}`);
jest.setTimeout(RUN_MS);

let copy: StartedCopy;
let ana: Person;
let ben: Person;
let countries: Upload;
let pirates: Upload;
let countryRun: Run;

beforeAll(async () => {
  copy = await startCopy('journey', ['--no-pages', '--wait-scale', '0.5']);
  ana = await newPerson(copy.ready, 'ana');
  ben = await newPerson(copy.ready, 'ben');
  countries = await upload(ana, exampleDataset());
  const data = readFileSync(join(import.meta.dirname, '../../examples/pirate-support.jsonl'));
  pirates = await upload(ana, { name: 'Pirate support', data });
}, START_MS);
afterAll(async () => {
  await copy?.stop();
  rmSync(ADAPTERS, { recursive: true, force: true });
}, 60_000);

badInputTests(() => ({
  url: copy.ready.url,
  ana,
  ready: countries,
  poolKey: createPrivateKey(
    readFileSync(join(copy.folder, 'emulator', 'cognito-pool-keys', `${copy.ready.userPoolId}-access.pem`)),
  ),
}));

describe('a cluster that refuses our key', () => {
  test('ends the job with that reason and costs nothing; the next job runs once the key is right', async () => {
    const put = (key: string) => putClusterKey(copy.ready.emulatorUrl, copy.ready.clusterKeySecretArn, key);
    const { clusterToken } = JSON.parse(readFileSync(stateFolder(copy.folder).secrets, 'utf8')) as {
      clusterToken: string;
    };
    await put('not-the-key');
    const choices = await quickRunOn(ana.api, countries.dataset);
    const { suggestedCapUsdMicros } = await estimate(ana.api, choices);
    const accepted = await startJob(ana.api, 'Refused', choices, suggestedCapUsdMicros);
    const job = await followJob(ana.api, accepted.id, () => undefined, 60);
    await put(clusterToken);
    expect(job).toMatchObject({ status: 'failed', failure: { code: 'cluster-refused' }, costUsdMicros: 0 });
  });
});

describe('the journey of a person', () => {
  test('a dataset becomes a model that is better than its base, with an exact bill, notifications and an e-mail', async () => {
    expect([countries.version.status, pirates.version.status]).toEqual(['ready', 'ready']);
    countryRun = await train(ana, countries, { name: 'Countries', modelFormat: 'merged-safetensors' });
    const { job, model, dataset } = countryRun;
    expect(model.evaluation!.difference.high).toBeLessThan(0);
    expect(model.verdict).toBe('ship');
    expect(model.samples.length).toBeGreaterThan(0);
    expect(model.costUsdMicros).toBe(job.costUsdMicros);
    const { files } = await downloadModel(ana.api, model, ADAPTERS);
    expect(files).toBe(model.files.length);
    // A merged one here, an adapter in the next run: each loaded afresh before it was published.
    expect(model.format).toBe('merged-safetensors');
    expect(model.exportProof).toMatchObject({ prompts: model.samples.length, templateEqual: true });
    expect(model.canaries?.items).toBeGreaterThan(20);
    const evidence = await evidenceOf(ana.api, {
      job,
      datasetId: dataset.datasetId,
      emulatorUrl: copy.ready.emulatorUrl,
      address: ana.email,
    });
    expect(evidence.email.To).toEqual([ana.email]);
    expect(new Set(evidence.notifications.map(({ kind }) => kind))).toEqual(
      new Set(['dataset-ready', 'job-queued', 'job-started', 'job-succeeded']),
    );
  });
});

describe('a trainer that is killed in the middle', () => {
  let pirateRun: Run;

  test('is tried again from its checkpoint, and the job succeeds with every second paid once', async () => {
    const { copy: mark } = readRunningCopy(stateFolder(copy.folder))!;
    let killedAt: number | undefined;
    const keep = keeperOf(ana);
    pirateRun = await train(ana, pirates, {
      name: 'Pirates',
      // Longer than any machine needs for a checkpoint, which is due after ten seconds of training.
      hyperparameters: { epochs: 50 },
      onLook({ jobId, progress, attempt }) {
        if (attempt === 2 && progress?.attempt === 2 && progress.phase === 'training') keep(jobId);
        if (killedAt !== undefined || attempt !== 1 || !progress?.checkpointStep) return;
        killedAt = progress.step;
        for (const { pid } of processesOf(mark).filter(({ part }) => part === 'cluster')) {
          if (commandOf(pid).includes('brightrun-train')) signal(pid, 'SIGKILL');
        }
      },
    });
    const { job, points } = pirateRun;
    expect(killedAt).toBeGreaterThan(0);
    expect(job.attempts).toMatchObject([
      { attempt: 1, outcome: expect.stringMatching(/^(failed|lost)$/) },
      { attempt: 2, outcome: 'succeeded' },
    ]);
    const resumedFrom = job.attempts[1]!.resumedFromStep!;
    expect(resumedFrom).toBeGreaterThan(0);
    const ofSecond = points.filter(({ attempt, loss }) => attempt === 2 && loss !== undefined);
    expect(ofSecond[0]!.step).toBe(resumedFrom + 1);
    expect(ofSecond.at(-1)!.step).toBe(pirateRun.model.training.steps);
    const { body: events } = await ana.api.call(listJobEvents, {
      path: { jobId: job.id },
      query: { limit: 100 },
    });
    expect(events.items.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['attempt-lost', 'resumed', 'succeeded']),
    );
    const costs = await costsOf(ana.api, job);
    expect(new Set(costs.map(({ attempt }) => attempt))).toEqual(new Set([1, 2]));
    for (const [at, record] of costs.entries()) {
      expect(
        costs.slice(at + 1).filter((later) => later.attempt === record.attempt && later.from < record.to),
      ).toEqual([]);
    }
  });

  test('no figure that a person is shown is the same for two datasets', () => {
    const [one, other] = [figuresOf(countryRun), figuresOf(pirateRun)];
    expect(Object.keys(one)).toEqual(Object.keys(other));
    const same = Object.keys(one).filter((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));
    expect(same).toEqual([]);
    const missing = Object.entries({ ...one, ...other }).filter(
      ([, value]) => value === undefined || value === null,
    );
    expect(missing).toEqual([]);
  });
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** What pages and the command line show of a run, as far as it is meant to depend on the data. */
function figuresOf({ version, forecast, job, model, points }: Run): Record<string, unknown> {
  if (version.status !== 'ready' || job.status !== 'succeeded')
    throw new Error('a run has a ready dataset and a model');
  const { summary } = version;
  const evaluation = model.evaluation!;
  const losses = points.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
  return {
    rows: summary.rows,
    tokens: summary.tokens!.total,
    trainedTokens: summary.tokens!.trained,
    histogram: summary.tokens!.histogram,
    estimatedTokens: forecast.totalTokens,
    estimatedSteps: forecast.steps,
    estimatedSeconds: forecast.seconds.expected,
    estimatedCost: forecast.costUsdMicros.expected,
    cost: job.costUsdMicros,
    seconds: model.training.seconds,
    tokensPerSecond: model.training.tokensPerSecond,
    steps: model.training.steps,
    learntTokens: model.training.trainedTokens,
    processedTokens: model.training.processedTokens,
    firstLoss: losses.at(0),
    lastLoss: losses.at(-1),
    baseLoss: evaluation.base.loss,
    tunedLoss: evaluation.tuned.loss,
    basePerplexity: evaluation.base.perplexity,
    tunedPerplexity: evaluation.tuned.perplexity,
    baseAccuracy: evaluation.base.tokenAccuracy,
    difference: evaluation.difference.mean,
    prompts: model.samples.map(({ messages }) => messages),
    baseAnswers: model.samples.map(({ base }) => base),
    tunedAnswers: model.samples.map(({ tuned }) => tuned),
    weights: model.files.find(({ path }) => path.endsWith('model.safetensors'))?.sha256,
    datasetChecksum: model.dataset.sha256,
  };
}

describe('another person', () => {
  test('reads nothing by an id of mine, and cannot tell it from one that never existed', async () => {
    const { dataset, job, model } = countryRun;
    const never = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
    const pairs: [AnyOperation, string, string][] = [
      [getDataset, 'datasetId', dataset.datasetId],
      [getTrainingJob, 'jobId', job.id],
      [getModel, 'modelId', model.id],
    ];
    for (const [operation, parameter, id] of pairs) {
      await expect(ana.api.call(operation, { path: { [parameter]: id } })).resolves.toMatchObject({
        status: 200,
      });
      const [mine, neverWas] = await Promise.all(
        [id, `${id.split('_')[0]}_${never}`].map((each) =>
          ben.api.call(operation, { path: { [parameter]: each } }).catch((error: unknown) => error),
        ),
      );
      expect(mine).toMatchObject({ status: 404, code: 'not-found' });
      const { status, code, message, detail } = neverWas as Record<string, unknown> & Error;
      expect(mine).toMatchObject({ status, code, message });
      expect((mine as { detail?: unknown }).detail).toBe(detail);
    }
  });
});
