import clsx from 'clsx';
import { useEffect, useRef, type ReactNode } from 'react';
import { useRouterState } from '@tanstack/react-router';
import { setCrumbs, type Crumb } from '../lib/crumbs.ts';

/**
 * A page's frame: title, what it is about in a sentence, its actions. Names the document, fills the breadcrumb and
 * takes the focus when it was reached by a link (screen readers then read the title).
 */
export function Page({
  title,
  name,
  crumbs = [],
  lead,
  beside,
  actions,
  children,
}: {
  title: ReactNode;
  /** The title as plain text, for the document and the breadcrumb, where `title` isn't a string. */
  name?: string;
  /** The pages above this one, outermost first. */
  crumbs?: readonly Crumb[];
  lead?: ReactNode;
  /** Right of the title: a state's pill, a version menu. */
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const plain = name ?? (typeof title === 'string' ? title : '');
  const heading = useRef<HTMLHeadingElement>(null);
  const arrivedByLink = useRouterState({ select: (state) => state.resolvedLocation !== undefined });
  const first = useRef(arrivedByLink);

  useEffect(() => {
    document.title = plain ? `${plain} · BrightRun` : 'BrightRun';
    setCrumbs([...crumbs, { label: plain }]);
  }, [plain, crumbs]);

  useEffect(() => {
    if (first.current) heading.current?.focus({ preventScroll: true });
  }, []);

  return (
    <div className="max-w-[1228px] px-4 pt-4 pb-24 md:px-8 md:pt-6 md:pb-12">
      <div className="mb-4 flex flex-col gap-3 md:mb-6 md:flex-row md:items-start md:gap-6">
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <h1
              ref={heading}
              tabIndex={-1}
              className="text-22 font-semibold text-balance wrap-anywhere max-md:text-[20px]"
            >
              {title}
            </h1>
            {beside}
          </div>
          {lead && <div className="mt-1 max-w-[110ch] text-ink-2">{lead}</div>}
        </div>
        {actions && (
          <div className="flex flex-wrap gap-2 max-md:w-full max-md:[&>*]:flex-1 md:shrink-0">{actions}</div>
        )}
      </div>
      {children}
    </div>
  );
}

/** A part of a page: title, a small note beside it, at the right one link or control; `line` draws the hairline below. */
export function Section({
  title,
  note,
  aside,
  line = true,
  className,
  children,
}: {
  title: ReactNode;
  note?: ReactNode;
  aside?: ReactNode;
  line?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section className={clsx('mb-8', className)}>
      <div
        className={clsx(
          'flex flex-wrap items-baseline gap-x-2.5 gap-y-1 pb-2',
          line && 'border-b border-line',
        )}
      >
        <h2 className="text-14 font-semibold">{title}</h2>
        {note && <span className="text-12 text-ink-3">{note}</span>}
        {aside && <div className="ml-auto flex items-center gap-3 text-12">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** The verdict of a page as a sentence with its mark, before any detail. */
export function Verdict({
  mark,
  title,
  action,
  children,
}: {
  mark: ReactNode;
  title: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="mb-5 grid grid-cols-[40px_1fr] items-center gap-4 border-y border-line py-[18px] md:grid-cols-[40px_1fr_auto]">
      {mark}
      <div className="min-w-0">
        <p className="text-24 font-semibold max-md:text-[20px] max-md:leading-[26px]">{title}</p>
        {children && <div className="mt-0.5 text-ink-2">{children}</div>}
      </div>
      {action && <div className="max-md:col-span-2 max-md:grid">{action}</div>}
    </div>
  );
}

/** Facts in a row: label above, value below. They wrap, and stand two by two on phones. */
export function Facts({ facts }: { facts: readonly { label: ReactNode; value: ReactNode }[] }) {
  return (
    <dl className="mb-7 grid grid-cols-2 gap-x-9 gap-y-3 md:flex md:flex-wrap">
      {facts.map((fact, index) => (
        <div key={index}>
          <dt className="text-12 leading-4 text-ink-3">{fact.label}</dt>
          <dd className="font-semibold">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Key figures between hairlines, four in a row, 2 × 2 on phones: label, figure (24 px), what it is compared to. */
export function KeyFigures({
  figures,
}: {
  figures: readonly { label: ReactNode; value: ReactNode; note?: ReactNode; below?: ReactNode }[];
}) {
  return (
    <dl className="mb-6 grid grid-cols-2 border-y border-line md:grid-cols-[repeat(auto-fit,minmax(180px,1fr))]">
      {figures.map((figure, index) => (
        <div
          key={index}
          className="min-w-0 py-3 pr-4 not-first:pl-5 max-md:odd:pl-0 max-md:nth-[n+3]:border-t max-md:even:border-l md:not-first:border-l border-line"
        >
          <dt className="text-12 text-ink-3">{figure.label}</dt>
          <dd>
            <span className="text-24 font-semibold max-md:text-[20px]">{figure.value}</span>
            {figure.note && <span className="ml-2 text-12 text-ink-2">{figure.note}</span>}
            {figure.below && <div className="text-12 text-ink-3">{figure.below}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
