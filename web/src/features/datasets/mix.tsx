import type { RowMix } from '../../../../contracts/dataset-versions.ts';
import { Section } from '../../components/page.tsx';
import { count, counted, percent } from '../../lib/format/numbers.ts';

/** Bars of each list that are worth a look; what is rarer is summed up. */
const SHOWN = 5;

/** What kinds of rows there are: who speaks in which order, and in which languages answers are written. */
export function Mix({ mix, rows }: { mix: RowMix; rows: number }) {
  const special = [
    mix.toolRows > 0 ? `${counted(mix.toolRows, 'row')} with tool calls` : '',
    mix.weightedRows > 0 ? `${counted(mix.weightedRows, 'row')} with weights` : '',
  ].filter(Boolean);
  if (mix.roles.length === 0 && mix.languages.length === 0) return null;
  return (
    <Section title="Mix" note={special.join(', ') || undefined} line={false}>
      <div className="grid gap-x-8 gap-y-4 md:grid-cols-2">
        {mix.roles.length > 0 && (
          <Shares
            title="Turns"
            note="rows"
            items={mix.roles.map(({ order, rows: of }) => ({
              name: order.replaceAll(' ', ' → '),
              share: of / Math.max(1, rows),
              value: count(of),
            }))}
          />
        )}
        {mix.languages.length > 0 && (
          <Shares
            title="Languages of the answers"
            note="from a sample"
            items={mix.languages.map(({ language, share }) => ({
              name: languageName(language),
              share,
              value: percent(share),
            }))}
          />
        )}
      </div>
    </Section>
  );
}

function Shares({
  title,
  note,
  items,
}: {
  title: string;
  note: string;
  items: readonly { name: string; share: number; value: string }[];
}) {
  const rest = items.slice(SHOWN);
  const all =
    rest.length > 1
      ? [
          ...items.slice(0, SHOWN),
          {
            name: `${counted(rest.length, 'other')}`,
            share: rest.reduce((sum, { share }) => sum + share, 0),
            value: percent(rest.reduce((sum, { share }) => sum + share, 0)),
          },
        ]
      : items;
  return (
    <div>
      <h3 className="mb-1 text-12 text-ink-3">
        {title}, {note}
      </h3>
      <ul className="grid gap-1">
        {all.map(({ name, share, value }) => (
          <li key={name} className="grid grid-cols-[minmax(0,1fr)_72px_56px] items-center gap-3 text-12">
            <span className="truncate" title={name}>
              {name}
            </span>
            <span aria-hidden className="h-1.5 rounded-mark bg-line">
              <span
                className="block h-full rounded-mark bg-c5"
                style={{ width: `${Math.max(2, Math.min(1, share) * 100)}%` }}
              />
            </span>
            <span className="text-right">{value}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const NAMES = new Intl.DisplayNames(['en'], { type: 'language' });

/** `German` of `de`; program text and what cannot be told have words of their own. */
function languageName(code: string): string {
  if (code === 'code') return 'program text';
  if (code === 'unknown') return 'not clear';
  try {
    return NAMES.of(code) ?? code;
  } catch {
    return code;
  }
}
