import clsx from 'clsx';
import type { GpuType } from '../../../../contracts/catalog.ts';
import type { Estimate } from '../../../../contracts/costs.ts';
import { Quiet } from '../../components/states.tsx';
import { money } from '../../lib/format/money.ts';
import { percent } from '../../lib/format/numbers.ts';
import { duration } from '../../lib/format/time.ts';
import { gpuWords } from './job-words.ts';

/** The same run on each GPU type there is; a line is taken by its name. Not shown where there is one type only. */
export function OtherGpus({
  gpuTypes,
  gpuCount,
  chosen,
  estimates,
  onChoose,
}: {
  gpuTypes: readonly GpuType[];
  gpuCount: number;
  chosen: string;
  estimates: ReadonlyMap<string, Estimate | undefined>;
  onChoose: (gpuType: string) => void;
}) {
  if (gpuTypes.length < 2) return null;
  return (
    <div className="mt-3 border-t border-line pt-2.5">
      <table className="w-full border-collapse text-12">
        <caption className="pb-1 text-left text-13 text-ink-3">On other GPUs</caption>
        <thead>
          <tr className="text-11 text-ink-3">
            <th scope="col">
              <span className="sr-only">GPU type</span>
            </th>
            <th scope="col" className="pb-1 text-right font-medium">
              Time
            </th>
            <th scope="col" className="pb-1 text-right font-medium">
              Cost
            </th>
            <th scope="col" className="pb-1 pl-3 text-right font-medium">
              Memory
            </th>
          </tr>
        </thead>
        <tbody>
          {gpuTypes.map((type) => {
            const estimate = estimates.get(type.id);
            const memory = estimate?.memory;
            const isChosen = type.id === chosen;
            return (
              <tr key={type.id} className={clsx('border-t border-line', isChosen && 'font-semibold')}>
                <td className="py-1 pr-2">
                  <button
                    type="button"
                    aria-pressed={isChosen}
                    onClick={() => onChoose(type.id)}
                    className={clsx(
                      'min-h-6 border-l-[3px] pl-2 text-left hover:underline',
                      isChosen ? 'border-accent' : 'border-transparent',
                    )}
                  >
                    {gpuWords(type.title, gpuCount, type.accelerator)}
                  </button>
                </td>
                <td className="py-1 text-right whitespace-nowrap">
                  {estimate ? duration(estimate.seconds.expected) : <Quiet ch={8} />}
                </td>
                <td className="py-1 pl-3 text-right whitespace-nowrap">
                  {estimate ? money(estimate.costUsdMicros.expected) : <Quiet ch={6} />}
                </td>
                <td
                  className={clsx(
                    'py-1 pl-3 text-right whitespace-nowrap',
                    memory?.fits === false ? 'text-bad' : memory?.recomputes ? 'text-warn' : 'text-ok',
                  )}
                >
                  {memory ? (
                    memory.fits ? (
                      percent(memory.neededBytes / memory.availableBytes)
                    ) : (
                      'too large'
                    )
                  ) : (
                    <Quiet ch={4} />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
