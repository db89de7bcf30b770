import { useState, type ComponentProps } from 'react';
import { Input } from '../../components/field.tsx';

/** A password with a way to see it; managers and browsers fill it by `autoComplete`. */
export function PasswordInput(props: ComponentProps<'input'>) {
  const [shown, setShown] = useState(false);
  return (
    <Input
      type={shown ? 'text' : 'password'}
      after={
        <button
          type="button"
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
          className="-mr-1 min-h-6 px-1 font-medium text-ink-2 hover:text-ink"
        >
          {shown ? 'Hide' : 'Show'}
        </button>
      }
      {...props}
    />
  );
}
