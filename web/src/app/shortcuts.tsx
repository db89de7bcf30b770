import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { areShortcutsOn } from '../lib/shortcuts.ts';
import { toggleTheme } from '../lib/theme.ts';

const ShortcutsDialog = lazy(() => import('./shortcuts-dialog.tsx'));
const JumpDialog = lazy(() => import('./jump-dialog.tsx'));

const GO = {
  d: '/',
  s: '/datasets',
  j: '/training-jobs',
  m: '/models',
  c: '/costs',
  n: '/notifications',
} as const;

/** How long after g the second key counts, in milliseconds. */
const SECOND_KEY = 1200;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input, textarea, select, [role="dialog"], [role="menu"], [role="listbox"]') !== null)
  );
}

/**
 * The keys of the web. Single ones do nothing while somebody types, and can be switched off in the settings; ⌘K (or
 * Ctrl K) always jumps.
 */
export function Shortcuts({
  jumpOpen,
  onJumpOpenChange,
}: {
  jumpOpen: boolean;
  onJumpOpenChange: (open: boolean) => void;
}) {
  const navigate = useNavigate();
  const [listOpen, setListOpen] = useState(false);
  const wentAt = useRef(0);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        onJumpOpenChange(true);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || !areShortcutsOn()) return;
      const { key } = event;
      const second = event.timeStamp - wentAt.current < SECOND_KEY && wentAt.current > 0;
      wentAt.current = 0;
      if (second && key in GO) {
        event.preventDefault();
        void navigate({ to: GO[key as keyof typeof GO] });
        return;
      }
      switch (key) {
        case 'g':
          wentAt.current = event.timeStamp;
          return;
        case 'n':
          event.preventDefault();
          void navigate({ to: '/training-jobs/new' });
          return;
        case 'u':
          event.preventDefault();
          void navigate({ to: '/datasets', search: { upload: true } });
          return;
        case 't':
          toggleTheme();
          return;
        case '?':
          event.preventDefault();
          setListOpen(true);
          return;
        case '/': {
          const filter = document.querySelector<HTMLInputElement>('[data-filter]');
          if (!filter) return;
          event.preventDefault();
          filter.focus();
          filter.select();
        }
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [navigate, onJumpOpenChange]);

  return (
    <Suspense fallback={null}>
      {listOpen && <ShortcutsDialog open onOpenChange={setListOpen} />}
      {jumpOpen && <JumpDialog open onOpenChange={onJumpOpenChange} />}
    </Suspense>
  );
}
