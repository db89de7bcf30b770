import type { Model } from '../../../../contracts/models.ts';
import { Dumbbell } from '../../components/charts/dumbbell.tsx';
import { IntervalPlot } from '../../components/charts/interval-plot.tsx';
import { Section } from '../../components/page.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { count } from '../../lib/format/numbers.ts';
import { qualityRows } from './model-words.ts';

/** Tuned against base on the same rows, with the interval that the verdict stands on. */
export function QualitySection({
  evaluation,
  training,
}: {
  evaluation: NonNullable<Model['evaluation']>;
  training: Model['training'];
}) {
  const rows = qualityRows(evaluation);
  const { low, high } = evaluation.difference;
  const extent = Math.max(Math.abs(low), Math.abs(high)) * 1.25 || 1;
  return (
    <Section
      title="Quality"
      note={`tuned against base, ${
        training.validationSource === 'file'
          ? 'on the dataset’s own validation file'
          : 'on rows held out of training'
      }; kept: step ${count(training.keptStep)} of ${count(training.totalSteps)}`}
    >
      <div className="max-w-[640px] py-4">
        <Dumbbell
          base={evaluation.base.loss}
          tuned={evaluation.tuned.loss}
          interval={{ low: evaluation.difference.low, high: evaluation.difference.high }}
        />
      </div>
      <Table caption="Quality of the tuned model against its base">
        <thead>
          <tr>
            <Th>Measure</Th>
            <Th numeric>Base</Th>
            <Th numeric>Tuned</Th>
            <Th numeric>Difference</Th>
            <Th numeric>95 % interval</Th>
            <Th className="w-[150px] pl-4 text-center">worse | better</Th>
            <Th>Reads as</Th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.measure}>
              <Td className="max-md:min-w-36">
                <span className="font-medium">{row.measure}</span>
                <div className="text-12 text-ink-3">{row.note}</div>
              </Td>
              <Td numeric>{row.base}</Td>
              <Td numeric className="font-semibold">
                {row.tuned}
              </Td>
              <Td numeric>{row.difference}</Td>
              <Td numeric>{row.interval}</Td>
              <Td className="pl-4">
                {row.plot && (
                  <IntervalPlot
                    {...row.plot}
                    extent={extent}
                    lowerIsBetter
                    label={`${row.measure}: ${row.interval}, ${row.readsAs}`}
                  />
                )}
              </Td>
              <Td
                className={
                  row.readsAs === 'better' ? 'text-ok' : row.readsAs === 'worse' ? 'text-bad' : 'text-ink-2'
                }
              >
                {row.readsAs}
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}
