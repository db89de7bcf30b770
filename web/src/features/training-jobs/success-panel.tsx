import type { TrainingJob } from '../../../../contracts/training-jobs.ts';
import { Notice } from '../../components/notice.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { money } from '../../lib/format/money.ts';
import { count, decimal } from '../../lib/format/numbers.ts';
import { STOPS } from './job-words.ts';
import { NextRunActions } from './next-run-actions.tsx';

type Succeeded = Extract<TrainingJob, { status: 'succeeded' }>;

/** How a job with a model ended: through, or early with how far it got, what that cost, and the way on. */
export function SuccessPanel({ job, now }: { job: Succeeded; now: Date }) {
  const { stopReason } = job;
  const endedEarly = stopReason === 'budget' || stopReason === 'kept-by-user';
  return (
    <Notice tone={stopReason === 'budget' ? 'warn' : 'ok'} title={TITLES[stopReason]} className="mb-6">
      <p>
        {endedEarly ? reachedWords(job) : `It ${STOPS[stopReason]}. `}
        <TextLink to="/models/$modelId" params={{ modelId: job.modelId }}>
          See what the model gained
        </TextLink>
      </p>
      <NextRunActions job={job} now={now} />
    </Notice>
  );
}

const TITLES: Record<Succeeded['stopReason'], string> = {
  completed: 'The model is ready.',
  'early-stopping': 'The model is ready.',
  budget: 'It stopped at its cap, with a model that can be used.',
  'kept-by-user': 'It was stopped early, and its model was kept.',
};

/** `It trained 1,845 of 2,460 steps, 2.25 of 3 epochs, and cost $39.80 of its $40.00. ` */
function reachedWords(job: Succeeded): string {
  const { trained } = job;
  const cost = `cost ${money(job.costUsdMicros)} of its ${money(job.capUsdMicros)}`;
  if (!trained) return `It ${cost}. `;
  return `It trained ${count(trained.steps)} of ${count(trained.totalSteps)} steps, ${decimal(trained.epochs, 2)} of ${count(job.hyperparameters.epochs)} epochs, and ${cost}. `;
}
