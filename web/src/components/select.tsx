import clsx from 'clsx';
import { ChevronsUpDown, Check } from 'lucide-react';
import { Select as Primitive } from 'radix-ui';
import type { KeyboardEvent, ReactNode } from 'react';
import { useFieldProps } from './field.tsx';

export interface SelectOption<Value extends string> {
  value: Value;
  label: string;
  /** Small grey text beside the label: rows and tokens, a price. */
  detail?: ReactNode;
  /** Why it cannot be taken; shown in the detail's place and disables the option. */
  unavailable?: string;
}

/**
 * One of a few. Inside <Field> it takes its label; outside give `ariaLabel`.
 * Radix's own Viewport is left out: it injects a <style>, which the CSP refuses. It also held the list the keys move
 * in, so `moveFocus` does that.
 */
export function Select<Value extends string>({
  value,
  onValueChange,
  options,
  placeholder = 'Choose one',
  ariaLabel,
  disabled,
  size = 'md',
  className,
}: {
  value: Value | undefined;
  onValueChange: (value: Value) => void;
  options: readonly SelectOption<Value>[];
  placeholder?: string;
  ariaLabel?: string;
  disabled?: boolean;
  size?: 'sm' | 'md';
  className?: string;
}) {
  const chosen = options.find((option) => option.value === value);
  return (
    <Primitive.Root
      value={value ?? ''}
      onValueChange={(next) => onValueChange(next as Value)}
      disabled={disabled}
    >
      <Primitive.Trigger
        aria-label={ariaLabel}
        className={clsx(
          'flex items-center gap-2 rounded-control border bg-surface text-left transition-colors disabled:opacity-55',
          size === 'md'
            ? 'h-10 w-full border-control px-2.5 hover:border-ink-3 aria-invalid:border-bad md:h-9'
            : 'h-10 border-line-strong px-2.5 text-12 font-medium hover:border-control md:h-8',
          className,
        )}
        {...useFieldProps()}
      >
        <span className="min-w-0 flex-1 truncate">
          <Primitive.Value placeholder={<span className="text-ink-3">{placeholder}</span>}>
            {chosen ? (
              <>
                <span className="font-medium">{chosen.label}</span>
                {chosen.detail && <span className="ml-2 text-12 text-ink-3">{chosen.detail}</span>}
              </>
            ) : undefined}
          </Primitive.Value>
        </span>
        <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-3" />
      </Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          onKeyDown={moveFocus}
          className="z-50 max-h-80 min-w-[var(--radix-select-trigger-width)] overflow-y-auto rounded-card border border-line-strong bg-surface p-1 shadow-lifted"
        >
          {options.map((option) => (
            <Primitive.Item
              key={option.value}
              value={option.value}
              disabled={option.unavailable !== undefined}
              className="flex min-h-10 cursor-pointer items-center gap-2 rounded-mark px-2 outline-none data-disabled:cursor-not-allowed data-disabled:text-ink-3 data-highlighted:bg-accent-soft md:min-h-8"
            >
              <Primitive.ItemText>{option.label}</Primitive.ItemText>
              <span className="flex-1 text-12 text-ink-3">{option.unavailable ?? option.detail}</span>
              <Primitive.ItemIndicator>
                <Check aria-hidden className="size-3.5 text-accent" />
              </Primitive.ItemIndicator>
            </Primitive.Item>
          ))}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** How long typed letters count as one beginning, in milliseconds. */
const TYPING = 800;
let typed = { text: '', at: 0 };

/** ↑ ↓ Home End, and letters that begin an option's label. Enter, Space and Esc are Radix's. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const options = [
    ...event.currentTarget.querySelectorAll<HTMLElement>('[role="option"]:not([data-disabled])'),
  ];
  const at = options.findIndex((option) => option === document.activeElement);
  const next = nextOption(event, options, at);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function nextOption(
  event: KeyboardEvent<HTMLDivElement>,
  options: readonly HTMLElement[],
  at: number,
): HTMLElement | undefined {
  switch (event.key) {
    case 'ArrowDown':
      return options[Math.min(options.length - 1, at + 1)];
    case 'ArrowUp':
      return options[Math.max(0, at - 1)];
    case 'Home':
      return options[0];
    case 'End':
      return options.at(-1);
  }
  if (event.key.length !== 1 || event.key === ' ' || event.ctrlKey || event.metaKey || event.altKey)
    return undefined;
  const isMore = event.timeStamp - typed.at < TYPING;
  typed = { text: (isMore ? typed.text : '') + event.key.toLowerCase(), at: event.timeStamp };
  const fromHere = [...options.slice(at + (typed.text.length === 1 ? 1 : 0)), ...options];
  return fromHere.find((option) => option.textContent?.toLowerCase().startsWith(typed.text));
}
