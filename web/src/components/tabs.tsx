import { Tabs as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';

/** Panels of which one shows; ← and → move between their names. */
export function Tabs<Value extends string>({
  label,
  value,
  onValueChange,
  tabs,
}: {
  /** What is chosen between, for screen readers. */
  label: string;
  value?: Value;
  onValueChange?: (value: Value) => void;
  tabs: readonly { value: Value; label: ReactNode; content: ReactNode }[];
}) {
  const first = tabs[0];
  if (!first) return null;
  return (
    <Primitive.Root
      {...(value === undefined ? { defaultValue: first.value } : { value })}
      onValueChange={(next) => onValueChange?.(next as Value)}
    >
      <Primitive.List aria-label={label} className="flex gap-0.5 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Primitive.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px h-10 border-b-2 border-transparent px-2.5 font-medium whitespace-nowrap text-ink-2 -outline-offset-2 data-[state=active]:border-accent data-[state=active]:text-ink md:h-8"
          >
            {tab.label}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map((tab) => (
        <Primitive.Content key={tab.value} value={tab.value}>
          {tab.content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}
