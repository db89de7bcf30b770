import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import clsx from 'clsx';
import { useRef, type ReactNode } from 'react';
import { Button, IconButton } from './button.tsx';

/**
 * A dialog in the middle of the page, a sheet from below on phones. Focus stays inside, Esc closes, and focus goes back
 * to where it came from. `footer` holds the actions, the main one last.
 */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  footer,
  wide = false,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
}) {
  // Radix gives the focus back to its own trigger only, and these dialogs are opened by buttons of the page.
  const cameFrom = useRef<Element | null>(null);
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-[#0b0e1266]" />
        <Primitive.Content
          onOpenAutoFocus={() => {
            cameFrom.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus();
          }}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          className={clsx(
            'fixed inset-x-0 bottom-0 z-40 flex max-h-[92dvh] flex-col rounded-t-card border border-line bg-surface shadow-lifted outline-none md:inset-x-auto md:top-1/2 md:bottom-auto md:left-1/2 md:max-h-[86dvh] md:w-[calc(100vw-64px)] md:-translate-x-1/2 md:-translate-y-1/2 md:rounded-card',
            wide ? 'md:max-w-[760px]' : 'md:max-w-[520px]',
          )}
        >
          <div className="px-5 pt-4 pr-14 pb-2">
            <Primitive.Title className="text-18 font-semibold">{title}</Primitive.Title>
            {description && (
              <Primitive.Description className="mt-1 text-ink-2">{description}</Primitive.Description>
            )}
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">{children}</div>
          {footer && (
            <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3 max-md:[&>*]:flex-1">
              {footer}
            </div>
          )}
          {/* Last, so that the dialog opens with the focus on its first control. */}
          <Primitive.Close asChild>
            <IconButton label="Close" className="absolute top-3 right-3">
              <X aria-hidden />
            </IconButton>
          </Primitive.Close>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Asks once before something that cannot be taken back; the confirming button says what will happen. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  children,
  confirm,
  keep = 'Keep it',
  busy = false,
  onConfirm,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** What happens, in a sentence or two; an error notice when it did not. */
  children: ReactNode;
  /** "Delete support-replies", "Cancel and discard". */
  confirm: string;
  keep?: string;
  busy?: boolean;
  onConfirm: () => void;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{keep}</Button>
          <Button variant="danger" busy={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      <div className="text-ink-2">{children}</div>
    </Dialog>
  );
}
