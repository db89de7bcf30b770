import type { Model } from '../../../../contracts/models.ts';
import { Section } from '../../components/page.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { checkRows } from './check-words.ts';

const TONES = { ok: 'text-ok', bad: 'text-bad', plain: '' } as const;

/** What tuning did besides lowering the loss: to general ability, and how much was learned by heart. */
export function ChecksSection({ model }: { model: Model }) {
  const rows = checkRows(model);
  if (rows.length === 0) return null;
  return (
    <Section title="What else changed" note="the same questions before and after">
      <Table caption="General ability and memorisation, before and after">
        <thead>
          <tr>
            <Th>Measure</Th>
            <Th numeric>Base</Th>
            <Th numeric>Tuned</Th>
            <Th numeric>Change</Th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.measure}>
              <Td className="max-md:min-w-36">
                <span className={row.note === '' ? 'pl-4 text-ink-2' : 'font-medium'}>{row.measure}</span>
                {row.note !== '' && <div className="text-12 text-ink-3">{row.note}</div>}
              </Td>
              <Td numeric>{row.base}</Td>
              <Td numeric className="font-semibold">
                {row.tuned}
              </Td>
              <Td numeric className={TONES[row.tone]}>
                {row.change}
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}
