import { Link } from '@tanstack/react-router';
import type { JobWithProgress, TrainingJob } from '../../../../contracts/training-jobs.ts';
import type * as z from 'zod';
import { Pill, type Tone } from '../../components/pill.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { forecast, money } from '../../lib/format/money.ts';
import { count, loss, percent } from '../../lib/format/numbers.ts';
import { aboutDuration, ago, duration, when } from '../../lib/format/time.ts';
import { useCatalogNames } from '../training-jobs/use-catalog.ts';

type Item = z.output<typeof JobWithProgress>;

const STATES: Partial<Record<TrainingJob['status'], { tone: Tone; word: string }>> = {
  queued: { tone: 'mute', word: 'Queued' },
  submitting: { tone: 'mute', word: 'Submitting' },
  running: { tone: 'run', word: 'Running' },
  publishing: { tone: 'run', word: 'Publishing' },
};

/** Jobs that haven't ended: what, how far, until when, how well, how much. A row opens the monitor. */
export function RunningJobs({ jobs, now }: { jobs: readonly Item[]; now: Date }) {
  return (
    <ul>
      {jobs.map((item) => (
        <Row key={item.job.id} item={item} now={now} />
      ))}
    </ul>
  );
}

function Row({ item: { job, progress }, now }: { item: Item; now: Date }) {
  const names = useCatalogNames();
  const state = STATES[job.status] ?? { tone: 'mute' as const, word: job.status };
  const share = progress && progress.totalSteps > 0 ? progress.step / progress.totalSteps : null;
  const isRunning = job.status === 'running' || job.status === 'publishing';
  return (
    <li className="group relative grid grid-cols-2 items-center gap-x-4 gap-y-2 border-b border-line py-3 last:border-b-0 md:grid-cols-[1.4fr_1fr_130px] md:gap-5 xl:grid-cols-[minmax(220px,1.3fr)_minmax(150px,.9fr)_148px_150px_240px]">
      <div className="min-w-0 max-md:col-span-2">
        <Link
          to="/training-jobs/$jobId"
          params={{ jobId: job.id }}
          className="font-medium wrap-anywhere after:absolute after:inset-0 group-hover:underline"
        >
          {job.name}
        </Link>
        <span className="block text-12 text-ink-3">
          {job.dataset.name} v{job.dataset.version} on {names.baseModel(job.baseModel)},{' '}
          {names.gpu(job.gpuType, job.gpuCount)}
        </span>
      </div>
      <div className="min-w-0">
        <Pill tone={job.cancelRequestedAt ? 'mute' : state.tone}>
          {job.cancelRequestedAt ? 'Stopping' : state.word}
        </Pill>
        {isRunning && (
          <>
            <ProgressBar share={share} label={`Progress of ${job.name}`} className="mt-1" />
            <span className="mt-1 block text-12 text-ink-2">
              {progress && progress.totalSteps > 0
                ? `step ${count(progress.step)} of ${count(progress.totalSteps)}`
                : 'starting'}
              {'attempt' in job && job.attempt > 1 && `, attempt ${job.attempt}`}
            </span>
          </>
        )}
        {!isRunning && (
          <span className="mt-1 block text-12 text-ink-2">
            for {duration((now.getTime() - new Date(job.createdAt).getTime()) / 1000)}
          </span>
        )}
      </div>
      <div className="min-w-0">
        {isRunning ? <Ends job={job} progress={progress} now={now} /> : <Waits />}
      </div>
      <div className="min-w-0 whitespace-nowrap max-xl:hidden">
        <Losses progress={progress} />
      </div>
      <div className="min-w-0 max-md:col-span-2 md:max-xl:col-span-3">
        <Spend job={job} />
      </div>
    </li>
  );
}

function Waits() {
  return (
    <>
      <span className="block">Not started</span>
      <span className="text-12 text-ink-3">waiting costs nothing</span>
    </>
  );
}

function Ends({ job, progress, now }: { job: TrainingJob; progress: Item['progress']; now: Date }) {
  if (progress?.secondsLeft === undefined) {
    return <span className="text-12 text-ink-3">about {duration(job.estimate.seconds.expected)} in all</span>;
  }
  // The trainer's pace, counted on from its report; what is overdue is not shown as past.
  const reported = new Date(progress.reportedAt).getTime();
  const end = new Date(Math.max(now.getTime(), reported + progress.secondsLeft * 1000));
  const left = (end.getTime() - now.getTime()) / 1000;
  return (
    <>
      <span className="block font-medium">{left < 1 ? 'Ends any moment' : `Ends ${when(end, now)}`}</span>
      <span className="text-12 text-ink-3">
        {now.getTime() - reported > 90_000
          ? `last heard ${ago(progress.reportedAt, now)}`
          : `in ${aboutDuration(left)}`}
      </span>
    </>
  );
}

function Losses({ progress }: { progress: Item['progress'] }) {
  if (progress?.validationLoss !== undefined && progress.baseValidationLoss !== undefined) {
    return (
      <>
        <span className="block">
          {loss(progress.baseValidationLoss)} →{' '}
          <b className="font-semibold">{loss(progress.validationLoss)}</b>
        </span>
        <span className="text-12 text-ink-3">validation loss</span>
      </>
    );
  }
  if (progress?.loss !== undefined) {
    return (
      <>
        <span className="block">{loss(progress.loss)}</span>
        <span className="text-12 text-ink-3">training loss</span>
      </>
    );
  }
  return <span className="text-12 text-ink-3">no loss yet</span>;
}

/** Spent so far in front of the estimate's band, the expected value as a stroke, the cap in red with its word. */
function Spend({ job }: { job: TrainingJob }) {
  const { low, expected, high } = job.estimate.costUsdMicros;
  const most = Math.max(job.capUsdMicros, high, job.costUsdMicros) * 1.04;
  const at = (micros: number) => `${(micros / most) * 100}%`;
  return (
    <>
      <div
        role="img"
        aria-label={`${money(job.costUsdMicros)} of a cap of ${money(job.capUsdMicros)} spent, ${percent(job.costUsdMicros / Math.max(1, job.capUsdMicros))}.`}
        className="relative h-3.5"
      >
        <span className="absolute inset-x-0 top-1 h-1.5 rounded-mark bg-line" />
        <span
          className="absolute top-0 h-3.5 rounded-mark bg-band"
          style={{ left: at(low), width: at(Math.max(high - low, most * 0.005)) }}
        />
        <span
          className="absolute top-1 left-0 h-1.5 rounded-mark bg-c1 transition-[width] duration-200"
          style={{ width: at(job.costUsdMicros) }}
        />
        <span className="absolute top-0 h-3.5 w-0.5 bg-ink" style={{ left: at(expected) }} />
        <span className="absolute top-0 h-3.5 w-0.5 bg-bad" style={{ left: at(job.capUsdMicros) }} />
      </div>
      <span className="mt-1 block text-12 text-ink-2">
        {job.costUsdMicros > 0 && (
          <>
            <b className="font-semibold text-ink">{money(job.costUsdMicros)}</b> of{' '}
          </>
        )}
        about {forecast(expected)}, cap {money(job.capUsdMicros)}
      </span>
    </>
  );
}
