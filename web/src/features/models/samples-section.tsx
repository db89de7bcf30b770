import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Model } from '../../../../contracts/models.ts';
import { IconButton } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { useCatalogNames } from '../training-jobs/use-catalog.ts';

const ROLES = { system: 'System', user: 'User', assistant: 'Assistant' } as const;

/** The same prompts, answered before and after. Text only: what a model writes is never markup. */
export function SamplesSection({ model }: { model: Model }) {
  const [index, setIndex] = useState(0);
  const names = useCatalogNames();
  const { samples } = model;
  const sample = samples[index];
  if (!sample) return null;
  const go = (to: number) => setIndex((to + samples.length) % samples.length);
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') go(index + 1);
    else if (event.key === 'ArrowLeft') go(index - 1);
    else return;
    event.preventDefault();
  };
  return (
    <Section
      title="Answers side by side"
      note="held-out prompts, chosen before training"
      aside={
        <>
          <span className="text-ink-3" role="status">
            {index + 1} of {samples.length}
          </span>
          <span className="flex gap-1">
            <IconButton
              label="Prompt before"
              className="border-line-strong"
              onKeyDown={keys}
              onClick={() => go(index - 1)}
            >
              <ChevronLeft aria-hidden />
            </IconButton>
            <IconButton
              label="Next prompt"
              className="border-line-strong"
              onKeyDown={keys}
              onClick={() => go(index + 1)}
            >
              <ChevronRight aria-hidden />
            </IconButton>
          </span>
        </>
      }
    >
      <div className="grid gap-y-4 pt-3 md:grid-cols-3">
        <div className="min-w-0 md:pr-6">
          {sample.messages.map((message, place) => (
            <Text key={place} name={ROLES[message.role]}>
              {message.content}
            </Text>
          ))}
          {sample.reference !== undefined && (
            <Text name="What stands in the data" quiet>
              {sample.reference}
            </Text>
          )}
        </div>
        <div className="min-w-0 md:border-l md:border-line md:px-6">
          <Text name={`Base, ${names.baseModel(model.baseModel.id)}`}>{sample.base}</Text>
        </div>
        <div className="min-w-0 border-l-2 border-accent pl-4 md:pl-6">
          <Text name={<span className="font-medium text-accent">Tuned</span>}>{sample.tuned}</Text>
        </div>
      </div>
    </Section>
  );
}

function Text({ name, quiet = false, children }: { name: ReactNode; quiet?: boolean; children: string }) {
  return (
    <div className="mb-2.5 last:mb-0">
      <p className="text-12 text-ink-3">{name}</p>
      <p className={`whitespace-pre-wrap wrap-anywhere ${quiet ? 'text-ink-2' : ''}`}>
        {children.trim() === '' ? <span className="text-ink-3">(nothing)</span> : children}
      </p>
    </div>
  );
}
