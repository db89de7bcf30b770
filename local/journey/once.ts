/** The whole journey of a signed-in person through the public API; throws unless every part of it happened. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listMetrics } from '../../contracts/metrics.ts';
import { getModel } from '../../contracts/models.ts';
import { INSTALLATION } from '../folders.ts';
import type { Progress } from '../progress.ts';
import type { Stack } from '../stack.ts';
import { StartProblem } from '../start-problem.ts';
import { downloadModel } from './adapter.ts';
import { evidenceOf } from './evidence.ts';
import { exampleDataset } from './example.ts';
import {
  duration,
  estimateLines,
  evidenceLines,
  modelLines,
  progressLine,
  sparkline,
  usd,
} from './report.ts';
import { signedInClient } from './session.ts';
import { estimate, followJob, quickRunOn, startJob } from './training.ts';
import { checkedVersion, uploadDataset } from './upload.ts';

/** The example takes about a minute on two free cores; on busy ones some more. */
const JOB_SECONDS = 900;

export async function runOnce(stack: Stack, progress: Progress): Promise<void> {
  const { account, outputs } = stack;
  const print = (lines: string[]) => lines.forEach((line) => progress.line(line));

  const api = await progress.step('Sign in', () =>
    signedInClient(
      { ...stack, userPoolId: outputs.UserPoolId, userPoolClientId: outputs.UserPoolClientId },
      account,
    ),
  );
  const dataset = await progress.step('Upload', (note) =>
    uploadDataset(api, exampleDataset(), (sent, all) =>
      note(`${sent.toLocaleString('en')} of ${all.toLocaleString('en')} bytes`),
    ),
  );
  const version = await progress.step('Validation', async (note) => {
    const checked = await checkedVersion(api, dataset);
    if (checked.status !== 'ready')
      throw new StartProblem(`The example dataset is ${checked.status}, not ready.`);
    note(
      `${checked.summary.usableRows} rows, ${checked.summary.tokens?.total.toLocaleString('en') ?? 'unknown'} tokens`,
    );
    return checked;
  });
  const choices = await quickRunOn(api, dataset);
  const forecast = await progress.step('Estimate', () => estimate(api, choices));
  print(estimateLines(forecast));

  const accepted = await progress.step('Job', async (note) => {
    const job = await startJob(
      api,
      `Country guide, ${version.createdAt.slice(11, 19)}`,
      choices,
      forecast.suggestedCapUsdMicros,
    );
    note(`${job.id}, cap ${usd(job.capUsdMicros)}`);
    return job;
  });
  const job = await progress.step('Training', async () => {
    const ended = await followJob(api, accepted.id, (live) => progress.live(progressLine(live)), JOB_SECONDS);
    progress.endLive();
    return ended;
  });
  if (job.status !== 'succeeded') {
    const why = job.status === 'failed' ? `: ${job.failure.title} ${job.failure.detail}` : '';
    throw new StartProblem(`The job ${job.status}${why}`);
  }
  const { body: curve } = await api.call(listMetrics, { path: { jobId: job.id } });
  const losses = curve.points.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
  progress.line(`    Loss ${losses.at(0)?.toFixed(3)} ${sparkline(losses)} ${losses.at(-1)?.toFixed(3)}`);

  const { body: model } = await api.call(getModel, { path: { modelId: job.modelId } });
  print(modelLines(model));
  if (!model.evaluation || model.evaluation.difference.high >= 0) {
    throw new StartProblem('The tuned model is not clearly better than its base on the validation rows.');
  }
  if (model.samples.length === 0) throw new StartProblem('The model has no sample answers.');
  const download = await progress.step('Download and SHA-256', async (note) => {
    const done = await downloadModel(api, model, INSTALLATION.downloads);
    note(`${done.files} files, ${done.bytes.toLocaleString('en')} bytes as they should be`);
    return done;
  });
  const evidence = await progress.step('Costs, notifications, e-mail', () =>
    evidenceOf(api, {
      job,
      datasetId: dataset.datasetId,
      emulatorUrl: stack.emulatorUrl,
      address: account.email,
    }),
  );
  print(evidenceLines(evidence));
  const whole = progress.times.reduce((sum, { seconds }) => sum + seconds, 0);
  progress.line(`    The adapter lies in ${download.folder}`);
  progress.line(`    All steps together: ${duration(whole)}`);
  // For the bench: the time of each step, and for the peft test: where the adapter lies.
  writeFileSync(
    join(stack.state.root, 'once.json'),
    JSON.stringify({ job, model, forecast, download, steps: progress.times }, null, 2),
  );
}
