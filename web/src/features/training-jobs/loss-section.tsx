import { useId, useMemo, useState, type ReactNode } from 'react';
import { LossChart } from '../../components/charts/loss-chart.tsx';
import { withBase, type Curves } from '../../components/charts/curves.ts';
import type { CurveAlert } from '../../components/charts/loss-marks.tsx';
import type { Cursor } from '../../components/charts/use-read-out.ts';
import { Segmented } from '../../components/choice.tsx';
import { Section } from '../../components/page.tsx';

type ScaleName = 'linear' | 'log';

const SMOOTHING_KEY = 'brightrun.smoothing';
const SCALE_KEY = 'brightrun.loss-scale';

/** The loss chart with its two controls, both remembered in this browser. */
export function LossSection({
  curves,
  totalSteps,
  reachedStep,
  baseLoss,
  running,
  alerts,
  cursor,
  caption,
  className,
}: {
  curves: Curves;
  totalSteps: number;
  reachedStep: number;
  baseLoss: number | null;
  running: boolean;
  alerts: readonly CurveAlert[];
  cursor: Cursor;
  caption: ReactNode;
  className?: string;
}) {
  const id = useId();
  const shown = useMemo(() => withBase(curves, baseLoss), [curves, baseLoss]);
  const [smoothing, setSmoothing] = useState(() => readSmoothing());
  const [scale, setScale] = useState<ScaleName>(() => (remembered(SCALE_KEY) === 'log' ? 'log' : 'linear'));
  return (
    <Section
      title="Loss"
      note="lower is better"
      line={false}
      {...(className ? { className } : {})}
      aside={
        <>
          <label htmlFor={id} className="text-ink-2">
            Smoothing
          </label>
          <input
            id={id}
            type="range"
            min={0}
            max={0.98}
            step={0.02}
            value={smoothing}
            onChange={(event) => {
              setSmoothing(Number(event.target.value));
              remember(SMOOTHING_KEY, event.target.value);
            }}
            className="h-6 w-20 accent-[var(--accent)]"
          />
          <output htmlFor={id} className="w-8 text-ink-2">
            {smoothing.toFixed(2)}
          </output>
          <Segmented<ScaleName>
            label="Scale of the loss"
            value={scale}
            onValueChange={(next) => {
              setScale(next);
              remember(SCALE_KEY, next);
            }}
            options={[
              { value: 'linear', label: 'Linear' },
              { value: 'log', label: 'Log' },
            ]}
          />
        </>
      }
    >
      <p aria-hidden className="mb-1 flex gap-4 text-11 text-ink-2 md:hidden">
        <span>
          <span className="mr-1.5 inline-block w-3.5 border-t-2 border-c1 align-middle" />
          training
        </span>
        <span>
          <span className="mr-1.5 inline-block size-[7px] rotate-45 border-[1.5px] border-c2 align-middle" />
          validation
        </span>
      </p>
      <LossChart
        curves={shown}
        totalSteps={totalSteps}
        reachedStep={reachedStep}
        baseLoss={baseLoss}
        running={running}
        alerts={alerts}
        scale={scale}
        smoothing={smoothing}
        cursor={cursor}
        caption={caption}
      />
    </Section>
  );
}

function readSmoothing(): number {
  const number = Number(remembered(SMOOTHING_KEY) ?? 0.8);
  return number >= 0 && number <= 0.98 ? number : 0.8;
}

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is blocked: it holds until the page is left.
  }
}
