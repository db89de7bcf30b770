import clsx from 'clsx';
import { Check } from 'lucide-react';
import { Checkbox as CheckboxPrimitive, Switch as SwitchPrimitive } from 'radix-ui';
import { useId, type ReactNode } from 'react';

interface ChoiceProps {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  disabled?: boolean;
  className?: string;
}

/** A box with its label at the right; the whole line is the target. */
export function Checkbox({ label, hint, checked, onCheckedChange, disabled, className }: ChoiceProps) {
  const id = useId();
  return (
    <div className={clsx('flex min-h-10 items-start gap-2 py-2.5 md:min-h-6 md:py-0.5', className)}>
      <CheckboxPrimitive.Root
        id={id}
        checked={checked}
        onCheckedChange={(next) => onCheckedChange(next === true)}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative mt-0.5 grid size-4 shrink-0 place-items-center rounded-mark border border-control bg-surface before:absolute before:-inset-1 disabled:opacity-55 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <CheckboxPrimitive.Indicator>
          <Check aria-hidden strokeWidth={3} className="size-3 text-on-accent" />
        </CheckboxPrimitive.Indicator>
      </CheckboxPrimitive.Root>
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className="text-12 text-ink-3">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

/** A setting that takes effect at once: label and hint at the left, the switch at the right. */
export function Switch({ label, hint, checked, onCheckedChange, disabled, className }: ChoiceProps) {
  const id = useId();
  return (
    <div className={clsx('flex items-start justify-between gap-6 py-3', className)}>
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-12 text-ink-3">
            {hint}
          </p>
        )}
      </div>
      <SwitchPrimitive.Root
        id={id}
        checked={checked}
        onCheckedChange={onCheckedChange}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative mt-px inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-control bg-sunk transition-colors before:absolute before:-inset-2.5 disabled:opacity-55 data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <SwitchPrimitive.Thumb className="size-3.5 translate-x-[3px] rounded-full bg-control transition-transform data-[state=checked]:translate-x-[17px] data-[state=checked]:bg-on-accent" />
      </SwitchPrimitive.Root>
    </div>
  );
}

/** One of two to four, side by side: `Linear | Log`, the context limits. */
export function Segmented<Value extends string>({
  label,
  value,
  onValueChange,
  options,
}: {
  /** The group's name for screen readers. */
  label: string;
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode }[];
}) {
  return (
    <span
      role="group"
      aria-label={label}
      className="inline-flex overflow-hidden rounded-control border border-line-strong bg-surface"
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onValueChange(option.value)}
          className="h-9 border-line px-2.5 text-12 font-medium whitespace-nowrap text-ink-2 -outline-offset-2 not-first:border-l aria-pressed:bg-accent-soft aria-pressed:text-accent md:h-[26px] md:px-[9px]"
        >
          {option.label}
        </button>
      ))}
    </span>
  );
}
