/** What an empty account finds on its first visit: the example dataset and a job that already trains. */
import { listDatasets } from '../../contracts/datasets.ts';
import type { Progress } from '../progress.ts';
import type { Stack } from '../stack.ts';
import { exampleDataset } from './example.ts';
import { signedInClient } from './session.ts';
import { estimate, quickRunOn, startJob } from './training.ts';
import { checkedVersion, uploadDataset } from './upload.ts';

export async function firstJob(stack: Stack, progress: Progress): Promise<void> {
  const api = await signedInClient(
    { ...stack, userPoolId: stack.outputs.UserPoolId, userPoolClientId: stack.outputs.UserPoolClientId },
    stack.account,
  );
  const { body } = await api.call(listDatasets, { query: { limit: 1 } });
  if (body.items.length > 0) return;
  const dataset = await progress.step('Example dataset', async () => {
    const uploaded = await uploadDataset(api, exampleDataset());
    const version = await checkedVersion(api, uploaded);
    if (version.status !== 'ready') throw new Error(`The example dataset is ${version.status}`);
    return uploaded;
  });
  const job = await progress.step('First training job', async () => {
    const choices = await quickRunOn(api, dataset);
    const { suggestedCapUsdMicros } = await estimate(api, choices);
    return startJob(api, 'First run', choices, suggestedCapUsdMicros);
  });
  progress.line(`  It trains now: ${stack.url}/training-jobs/${job.id}`);
  progress.line();
}
