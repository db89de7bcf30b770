import clsx from 'clsx';
import { Check, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Estimate } from '../../../../contracts/costs.ts';
import { EstimateBar } from '../../components/charts/estimate-bar.tsx';
import { MemoryBar } from '../../components/charts/memory-bar.tsx';
import { Quiet, SlowSentence } from '../../components/states.tsx';
import { money, moneyRange } from '../../lib/format/money.ts';
import { bytes, count, counted, tokens } from '../../lib/format/numbers.ts';
import { duration, durationRange, fullDay } from '../../lib/format/time.ts';

/** What a run is expected to take, before it costs anything; the button to start it stands at its end. */
export function EstimateCard({
  estimate,
  cap,
  isRepricing,
  others,
  start,
}: {
  estimate: Estimate | undefined;
  cap: number | undefined;
  /** The figures are of the choices before; new ones are on their way. */
  isRepricing: boolean;
  others: ReactNode;
  start: ReactNode;
}) {
  return (
    <div className="rounded-card border border-line bg-surface px-5 py-4 shadow-lifted">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="text-14 font-semibold">Estimate</h2>
        <span role="status" className="text-11 text-ink-3">
          {estimate
            ? isRepricing
              ? 'being worked out again'
              : `price of ${fullDay(estimate.price.pricedOn, 'UTC')}`
            : ''}
        </span>
      </div>
      {estimate ? (
        <div className={clsx('transition-opacity', isRepricing && 'opacity-60')}>
          <Figures estimate={estimate} cap={cap} />
          {others}
          <Landing estimate={estimate} cap={cap} />
        </div>
      ) : (
        <div className="grid gap-3 py-3">
          <Quiet ch={14} className="h-8" />
          <Quiet ch={40} />
          <Quiet ch={34} />
          <Quiet ch={36} />
          <SlowSentence />
        </div>
      )}
      {start}
    </div>
  );
}

function Figures({ estimate, cap }: { estimate: Estimate; cap: number | undefined }) {
  const { costUsdMicros: cost, seconds, memory } = estimate;
  return (
    <>
      <div className="mb-2.5 flex flex-wrap items-end justify-between gap-x-3">
        <p className="text-34 font-semibold">{money(cost.expected)}</p>
        <p className="text-right text-12 text-ink-2">
          8 of 10 jobs end within
          <br />
          <span className="font-medium text-ink">{moneyRange(cost.low, cost.high)}</span>
        </p>
      </div>
      <EstimateBar cost={cost} cap={cap} />
      <dl className="mt-3.5 grid grid-cols-[72px_1fr] gap-x-2 gap-y-1 border-t border-line pt-3">
        <Row name="Time" value={duration(seconds.expected)} note={durationRange(seconds.low, seconds.high)} />
        <Row
          name="Work"
          value={tokens(estimate.totalTokens)}
          note={`about ${count(Number(estimate.tokensPerSecond.expected.toPrecision(3)))} a second`}
        />
        <Row
          name="Steps"
          value={count(estimate.steps)}
          note={`${counted(estimate.trainingRows, 'row')}, ${count(estimate.validationRows)} held out`}
        />
      </dl>
      <div className="mt-3 border-t border-line pt-2.5">
        <p className="mb-1.5 flex justify-between gap-3">
          <span className="text-ink-3">Memory</span>
          <span className={clsx('font-semibold', !memory.fits && 'text-bad')}>
            {bytes(memory.neededBytes)}, {memory.fits ? 'fits' : 'does not fit'}
          </span>
        </p>
        <MemoryBar memory={memory} />
        <p className="mt-1 text-12 text-ink-3">{memoryWords(memory, estimate.price.gpuCount)}</p>
      </div>
    </>
  );
}

/** How the trainer will fill the memory: what lies in it, and how a step's rows are cut to fit. */
function memoryWords(memory: Estimate['memory'], gpuCount: number): string {
  const { rowsAtOnce, partsPerStep, recomputes, sharded } = memory;
  const parts = [
    `${sharded ? 'its part of the base model' : 'base model'} ${bytes(memory.weightBytes)}`,
    `adapter ${bytes(memory.adapterBytes)}`,
    `${counted(rowsAtOnce, 'row')} at once ${bytes(memory.batchBytes)}`,
  ].join(', ');
  const steps = partsPerStep === 1 ? 'once a step' : `${partsPerStep} times a step`;
  const twice = recomputes ? ', computed twice to save memory' : '';
  return `${gpuCount > 1 ? 'On each GPU' : 'In memory'}: ${parts}; ${steps}${twice}.`;
}

function Row({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-semibold">{value}</span>
        <span className="text-12 text-ink-3">{note}</span>
      </dd>
    </>
  );
}

/** How the cap stands to the estimate, and what else should be known before starting. */
function Landing({ estimate, cap }: { estimate: Estimate; cap: number | undefined }) {
  const { high, expected } = estimate.costUsdMicros;
  // What does not fit does not run, so its cap says nothing.
  const shown = estimate.memory.fits ? cap : undefined;
  const remarks = estimate.remarks.filter((remark) => remark !== '');
  return (
    <ul className="mt-3 grid gap-2 border-t border-line pt-3 text-12 text-ink-2">
      {shown !== undefined && shown >= high && (
        <Remark good>
          <b className="font-medium text-ink">Expected to end by itself.</b> Even the high estimate ends{' '}
          {money(shown - high)} below the cap.
        </Remark>
      )}
      {shown !== undefined && shown < high && shown >= expected && (
        <Remark>
          <b className="font-medium text-ink">The cap may end it early.</b> The high estimate is{' '}
          {money(high - shown)} above it.
        </Remark>
      )}
      {shown !== undefined && shown < expected && (
        <Remark>
          <b className="font-medium text-ink">The cap is expected to end it early,</b>{' '}
          {money(expected - shown)} before the run would be through.
        </Remark>
      )}
      {remarks.map((remark) => (
        <Remark key={remark}>{remark}</Remark>
      ))}
      <li className="pl-6 text-ink-3">Speed: {estimate.speedSource}.</li>
    </ul>
  );
}

function Remark({ good = false, children }: { good?: boolean; children: ReactNode }) {
  const Icon = good ? Check : TriangleAlert;
  return (
    <li className="grid grid-cols-[16px_1fr] gap-2">
      <Icon
        aria-hidden
        className={clsx('mt-0.5 size-3.5', good ? 'text-ok' : 'text-warn')}
        strokeWidth={2.2}
      />
      <span>{children}</span>
    </li>
  );
}
