import clsx from 'clsx';
import type { Preset, PresetId } from '../../../../contracts/catalog.ts';
import type { Estimate } from '../../../../contracts/costs.ts';
import { Quiet } from '../../components/states.tsx';
import { money } from '../../lib/format/money.ts';
import { count, counted } from '../../lib/format/numbers.ts';
import { duration } from '../../lib/format/time.ts';

/** Three ways to go, each with its price and its reason. */
export function PresetCards({
  presets,
  chosen,
  onChoose,
  estimates,
  cap,
}: {
  presets: readonly Preset[];
  chosen: PresetId;
  onChoose: (preset: PresetId) => void;
  estimates: ReadonlyMap<PresetId, Estimate | undefined>;
  cap: number | undefined;
}) {
  return (
    <div role="radiogroup" aria-label="Preset" className="grid gap-3 md:grid-cols-3">
      {presets.map((preset) => {
        const estimate = estimates.get(preset.id);
        const values = estimate?.hyperparameters ?? preset.hyperparameters;
        const upTo = values.earlyStoppingPatience > 0 && values.epochs > 1 ? 'up to ' : '';
        const above = estimate !== undefined && cap !== undefined && estimate.costUsdMicros.expected > cap;
        return (
          <label
            key={preset.id}
            className={clsx(
              'relative grid cursor-pointer content-start gap-1.5 rounded-card border bg-surface px-3.5 pt-3 pb-3.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-[var(--focus)] md:row-span-5 md:grid-rows-subgrid',
              preset.id === chosen
                ? 'border-accent shadow-[0_0_0_1px_var(--accent)]'
                : 'border-line-strong hover:border-control',
            )}
          >
            <input
              type="radio"
              name="preset"
              value={preset.id}
              checked={preset.id === chosen}
              onChange={() => onChoose(preset.id)}
              className="absolute inset-0 cursor-pointer appearance-none outline-none"
            />
            <span
              aria-hidden
              className={clsx(
                'absolute top-3.5 right-3 size-[15px] rounded-full border bg-surface',
                preset.id === chosen ? 'border-[5px] border-accent' : 'border-control',
              )}
            />
            <span className="pr-6 text-14 font-semibold">{preset.title}</span>
            <span className="flex flex-wrap items-baseline gap-x-2">
              <span className="text-18 font-semibold">
                {estimate ? money(estimate.costUsdMicros.expected) : <Quiet ch={6} />}
              </span>
              <span className="text-12 text-ink-3">
                {estimate ? duration(estimate.seconds.expected) : <Quiet ch={8} />}
              </span>
            </span>
            <span className="text-ink-2">{preset.reason}</span>
            <span className="pt-1 text-12 leading-[17px] text-ink-3">
              rank {count(values.rank)}, {upTo}
              {counted(values.epochs, 'epoch')}
              <br />
              {estimate ? counted(estimate.steps, 'step') : <Quiet ch={9} />}
            </span>
            <span className="text-12 leading-[17px] font-medium text-warn">
              {above ? 'Expected to cost more than your cap' : ''}
            </span>
          </label>
        );
      })}
    </div>
  );
}
