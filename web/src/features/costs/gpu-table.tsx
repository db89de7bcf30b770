import type { CostSummary } from '../../../../contracts/costs.ts';
import { Section } from '../../components/page.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { money } from '../../lib/format/money.ts';
import { percent } from '../../lib/format/numbers.ts';
import { gpuTime } from '../../lib/format/time.ts';
import { useCatalogNames } from '../training-jobs/use-catalog.ts';

/** What each GPU type cost. Seconds are GPU seconds: two GPUs for an hour are two hours. */
export function GpuTable({ gpuTypes, total }: { gpuTypes: CostSummary['gpuTypes']; total: number }) {
  const names = useCatalogNames();
  if (gpuTypes.length === 0) return null;
  return (
    <Section title="By GPU">
      <Table caption="Cost by GPU type">
        <thead>
          <tr>
            <Th>GPU type</Th>
            <Th numeric>Time</Th>
            <Th numeric>Cost</Th>
            <Th className="w-1/3 pl-6">Share</Th>
          </tr>
        </thead>
        <tbody>
          {gpuTypes.map((type) => {
            const share = total > 0 ? type.costUsdMicros / total : 0;
            const name = names.gpuType(type.gpuType)?.title ?? type.gpuType;
            return (
              <tr key={type.gpuType}>
                <Td className="font-medium max-md:min-w-28">{name}</Td>
                <Td numeric>{gpuTime(type.seconds)}</Td>
                <Td numeric className="font-semibold">
                  {money(type.costUsdMicros)}
                </Td>
                <Td className="pl-6">
                  <span className="flex items-center gap-3">
                    <ProgressBar share={share} label={`${name}, ${percent(share)} of the month`} />
                    <span className="w-12 text-right text-12 text-ink-2">{percent(share)}</span>
                  </span>
                </Td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </Section>
  );
}
