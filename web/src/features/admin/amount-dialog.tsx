import { useState, type ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorState } from '../../components/states.tsx';
import { editableMoney, money, parseMoney } from '../../lib/format/money.ts';
import { useOfflineReason } from '../../lib/online.ts';

/** The most that a field takes: 1 M dollars; a typing error of three zeros is refused here, not spent. */
const MOST_USD_MICROS = 1_000_000 * 1_000_000;

/** What is wrong with a limit that was typed, in a sentence; undefined when it may be stored. */
export function limitProblem(typed: string): string | undefined {
  const amount = parseMoney(typed);
  if (amount === undefined) return 'An amount in dollars, such as 40.00.';
  return amount > MOST_USD_MICROS ? `At most ${money(MOST_USD_MICROS)}.` : undefined;
}

/** Asks for one amount of money and says what it will do. Mounted while open. */
export function AmountDialog({
  title,
  description,
  label,
  initial,
  hint,
  busy,
  error,
  onSet,
  onClose,
}: {
  title: string;
  description: string;
  label: string;
  /** USD micros that hold now. */
  initial: number;
  /** What an amount would mean, in a sentence. */
  hint: (usdMicros: number) => ReactNode;
  busy: boolean;
  error: unknown;
  onSet: (usdMicros: number) => void;
  onClose: () => void;
}) {
  const [typed, setTyped] = useState(editableMoney(initial));
  const offline = useOfflineReason();
  const problem = limitProblem(typed);
  const amount = parseMoney(typed);
  const reason = offline ?? problem ?? (amount === initial ? 'That is what holds now.' : undefined);
  const send = () => {
    if (reason === undefined && amount !== undefined && !busy) onSet(amount);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button variant="primary" busy={busy} disabledReason={reason} onClick={send}>
            {problem === undefined && amount !== undefined ? `Set it to ${money(amount)}` : 'Set it'}
          </Button>
        </>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Field label={label} error={problem} hint={amount === undefined ? undefined : hint(amount)}>
          <Input
            inputMode="decimal"
            autoComplete="off"
            before="$"
            value={typed}
            onFocus={(event) => event.target.select()}
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
      </form>
      {error !== null && error !== undefined && <ErrorState error={error} title="It stays as it was." />}
    </Dialog>
  );
}
