import { DropdownMenu as Primitive } from 'radix-ui';
import clsx from 'clsx';
import type { ComponentProps, ReactElement, ReactNode } from 'react';

/** A menu under its trigger: `<Menu trigger={<Button>v3</Button>}><MenuItem …/></Menu>`. */
export function Menu({
  trigger,
  align = 'start',
  children,
}: {
  trigger: ReactElement;
  align?: 'start' | 'end';
  children: ReactNode;
}) {
  return (
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-96 min-w-44 overflow-y-auto rounded-card border border-line-strong bg-surface p-1 shadow-lifted"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** One action; with `asChild` it takes a router link. `danger` for what cannot be taken back. */
export function MenuItem({
  danger = false,
  className,
  ...rest
}: ComponentProps<typeof Primitive.Item> & { danger?: boolean }) {
  return (
    <Primitive.Item
      className={clsx(
        'flex min-h-10 cursor-pointer items-center gap-2 rounded-mark px-2 outline-none data-disabled:text-ink-3 data-highlighted:bg-accent-soft md:min-h-8',
        danger && 'text-bad',
        className,
      )}
      {...rest}
    />
  );
}

/** A hairline between groups of actions. */
export function MenuLine() {
  return <Primitive.Separator className="my-1 h-px bg-line" />;
}

/** Small grey text that heads a group or says who is signed in. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return <Primitive.Label className="px-2 py-1 text-11 text-ink-3">{children}</Primitive.Label>;
}
