import { LinkButton } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { Mark } from '../../components/pill.tsx';
import type { AttentionItem } from './attention-words.ts';

/** What waits for a person, each with the one action that solves it. */
export function Attention({ items }: { items: readonly AttentionItem[] }) {
  return (
    <Section title="Needs attention" note={items.length}>
      <ul>
        {items.map((item) => (
          <li
            key={item.key}
            className="grid grid-cols-[18px_1fr] items-start gap-3 border-b border-line py-3 last:border-b-0 md:grid-cols-[18px_1fr_auto]"
          >
            <Mark tone={item.tone} />
            <div className="min-w-0">
              <p className="font-medium wrap-anywhere">{item.title}</p>
              <p className="max-w-[72ch] wrap-anywhere text-ink-2">{item.sentence}</p>
            </div>
            <div className="max-md:col-start-2">
              <Action item={item} />
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Action({ item: { target, action, title } }: { item: AttentionItem }) {
  const label = { size: 'sm' as const, 'aria-label': `${action}: ${title}` };
  switch (target.noun) {
    case 'training-jobs':
      return (
        <LinkButton to="/training-jobs/$jobId" params={{ jobId: target.id }} {...label}>
          {action}
        </LinkButton>
      );
    case 'datasets':
      return (
        <LinkButton to="/datasets/$datasetId" params={{ datasetId: target.id }} {...label}>
          {action}
        </LinkButton>
      );
    case 'models':
      return (
        <LinkButton to="/models/$modelId" params={{ modelId: target.id }} {...label}>
          {action}
        </LinkButton>
      );
  }
}
