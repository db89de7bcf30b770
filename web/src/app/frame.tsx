import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import clsx from 'clsx';
import {
  Bell,
  Box,
  ChartNoAxesColumn,
  ChevronRight,
  Contrast,
  Database,
  LayoutDashboard,
  Search,
  ShieldCheck,
  SlidersHorizontal,
  TrendingDown,
  type LucideIcon,
} from 'lucide-react';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { IconButton } from '../components/button.tsx';
import { OfflineBar } from '../components/states.tsx';
import { config } from '../lib/config.ts';
import { useCrumbs } from '../lib/crumbs.ts';
import { toggleTheme } from '../lib/theme.ts';
import { BrandMark } from './brand-mark.tsx';
import { Shortcuts } from './shortcuts.tsx';

// Counts and the account need the API's client and Cognito: they arrive after the first paint.
const RunningCount = lazy(async () => ({ default: (await import('./rail-counts.tsx')).RunningCount }));
const UnreadCount = lazy(async () => ({ default: (await import('./rail-counts.tsx')).UnreadCount }));
const AdminLink = lazy(() => import('./admin-link.tsx'));
const AccountMenu = lazy(() => import('./account-menu.tsx'));

type Noun =
  '/' | '/datasets' | '/training-jobs' | '/models' | '/costs' | '/notifications' | '/settings' | '/admin';
interface Place {
  to: Noun;
  label: string;
  icon: LucideIcon;
  count?: ReactNode;
}

const NOUNS: readonly Place[] = [
  { to: '/', label: 'Dashboard', icon: LayoutDashboard },
  { to: '/datasets', label: 'Datasets', icon: Database },
  { to: '/training-jobs', label: 'Jobs', icon: TrendingDown, count: <RunningCount /> },
  { to: '/models', label: 'Models', icon: Box },
  { to: '/costs', label: 'Costs', icon: ChartNoAxesColumn },
];
const ACCOUNT: readonly Place[] = [
  { to: '/notifications', label: 'Notifications', icon: Bell, count: <UnreadCount /> },
  { to: '/settings', label: 'Settings', icon: SlidersHorizontal },
];

/** For members of the group `admins` only. */
const ADMIN: Place = { to: '/admin', label: 'Admin', icon: ShieldCheck };

/** Rail (212 px, 56 px of icons up to 1100 px, none on phones), top bar, the page, and on phones the bar below. */
export function Frame({ children = <Outlet /> }: { children?: ReactNode }) {
  const [jumpOpen, setJumpOpen] = useState(false);
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[56px_minmax(0,1fr)] lg:grid-cols-[212px_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only z-50 rounded-control bg-accent px-3 py-2 font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <Rail />
      <div className="min-w-0">
        <PhoneTop />
        <TopBar onJump={() => setJumpOpen(true)} />
        <OfflineBar />
        <main id="content">{children}</main>
      </div>
      <PhoneBar />
      <Shortcuts jumpOpen={jumpOpen} onJumpOpenChange={setJumpOpen} />
    </div>
  );
}

/** The noun an address belongs to; a page below a noun keeps it lit. */
function useIsHere(): (to: Noun) => boolean {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (to) => (to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`));
}

function Rail() {
  const isHere = useIsHere();
  const { stage, region } = config();
  const item = (place: Place) => (
    <li key={place.to}>
      <Link
        to={place.to}
        aria-current={isHere(place.to) ? 'page' : undefined}
        className="group relative flex h-8 items-center gap-2.5 rounded-control px-2 font-medium text-ink-2 hover:bg-ink/5 aria-[current=page]:bg-ink/8 aria-[current=page]:text-ink max-lg:justify-center"
      >
        <place.icon aria-hidden strokeWidth={1.7} className="size-4 shrink-0" />
        <span className="max-lg:pointer-events-none max-lg:opacity-0 max-lg:absolute max-lg:left-12 max-lg:z-50 max-lg:rounded-control max-lg:border max-lg:border-line max-lg:bg-surface max-lg:px-2.5 max-lg:py-1 max-lg:whitespace-nowrap max-lg:text-ink max-lg:shadow-lifted max-lg:group-hover:opacity-100 max-lg:group-focus-visible:opacity-100">
          {place.label}
        </span>
        {place.count && (
          <span className="lg:ml-auto max-lg:absolute max-lg:-top-0.5 max-lg:-right-1">
            <Suspense fallback={null}>{place.count}</Suspense>
          </span>
        )}
      </Link>
    </li>
  );
  return (
    <header className="border-r border-line bg-rail max-md:hidden">
      <div className="sticky top-0 flex h-dvh flex-col px-2.5 pt-3.5 pb-3">
        <div className="flex items-center px-2 pt-0.5 pb-3.5 text-14 font-semibold max-lg:justify-center max-lg:px-0">
          <Link to="/" className="flex items-center gap-2 rounded-control">
            <BrandMark />
            <span className="max-lg:sr-only">BrightRun</span>
            <span className="sr-only">, to the dashboard</span>
          </Link>
          <StageBadge stage={stage} className="ml-auto max-lg:hidden" />
        </div>
        <nav aria-label="Pages">
          <ul className="grid gap-px">{NOUNS.map(item)}</ul>
          <ul className="mt-3.5 grid gap-px">
            {ACCOUNT.map(item)}
            <Suspense fallback={null}>
              <AdminLink>{item(ADMIN)}</AdminLink>
            </Suspense>
          </ul>
        </nav>
        <div className="mt-auto grid gap-2.5">
          <p className="px-2 text-11 text-ink-3 max-lg:hidden">
            {region} · times in {zoneName()}
          </p>
          <Suspense fallback={<div className="h-9" />}>
            <AccountMenu />
          </Suspense>
        </div>
      </div>
    </header>
  );
}

function StageBadge({ stage, className }: { stage: string; className?: string }) {
  return (
    <span
      title={`Stage: ${stage}`}
      className={clsx(
        'inline-flex items-center gap-[5px] rounded-mark border border-line-strong px-[5px] text-11 font-medium text-ink-2',
        className,
      )}
    >
      <i aria-hidden className="size-1.5 rounded-full bg-ok" />
      {stage}
    </span>
  );
}

/** "CET", "GMT+5:30": the zone every time on the page is in, said once. */
function zoneName(): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(new Date());
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local time';
}

function TopBar({ onJump }: { onJump: () => void }) {
  const crumbs = useCrumbs();
  return (
    <div className="flex h-12 items-center gap-2 border-b border-line px-8 max-md:hidden">
      <nav aria-label="Breadcrumb" className="min-w-0">
        <ol className="flex min-w-0 items-center gap-1.5 text-ink-3">
          {crumbs.map((crumb, index) => (
            <li key={index} className="flex min-w-0 items-center gap-1.5">
              {index > 0 && <ChevronRight aria-hidden className="size-3 shrink-0" />}
              {crumb.to ? (
                <Link to={crumb.to} className="whitespace-nowrap hover:text-ink">
                  {crumb.label}
                </Link>
              ) : (
                <span aria-current="page" className="truncate font-medium text-ink">
                  {crumb.label}
                </span>
              )}
            </li>
          ))}
        </ol>
      </nav>
      <button
        type="button"
        onClick={onJump}
        className="ml-auto flex h-[30px] w-58 shrink-0 items-center gap-2 rounded-control border border-line bg-surface px-2 text-left text-ink-3 transition-colors hover:border-line-strong"
      >
        <Search aria-hidden className="size-4" />
        Jump to
        <kbd className="ml-auto rounded-mark border border-line bg-page px-1 font-sans text-11">
          {isApple() ? '⌘K' : 'Ctrl K'}
        </kbd>
      </button>
      <IconButton label="Turn light or dark" onClick={toggleTheme}>
        <Contrast aria-hidden />
      </IconButton>
    </div>
  );
}

/** Whose keyboards have ⌘. */
const isApple = () => /Mac|iPhone|iPad/.test(navigator.userAgent);

function PhoneTop() {
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-b border-line bg-page pr-2 pl-4 font-semibold md:hidden">
      <Link to="/" className="flex min-h-10 items-center gap-2">
        <BrandMark />
        <span>BrightRun</span>
        <span className="sr-only">, to the dashboard</span>
      </Link>
      <StageBadge stage={config().stage} className="ml-1" />
      <IconButton label="Turn light or dark" className="ml-auto" onClick={toggleTheme}>
        <Contrast aria-hidden />
      </IconButton>
      <Suspense fallback={null}>
        <AdminLink>
          <Link
            to="/admin"
            aria-label="Admin"
            className="grid size-10 place-items-center rounded-control text-ink-2"
          >
            <ShieldCheck aria-hidden className="size-4" />
          </Link>
        </AdminLink>
      </Suspense>
      <Link
        to="/settings"
        aria-label="Settings"
        className="grid size-10 place-items-center rounded-control text-ink-2"
      >
        <SlidersHorizontal aria-hidden className="size-4" />
      </Link>
      <Link
        to="/notifications"
        className="relative grid size-10 place-items-center rounded-control text-ink-2"
      >
        <Bell aria-hidden className="size-4" />
        <span className="sr-only">Notifications</span>
        <span className="absolute top-0 right-0">
          <Suspense fallback={null}>
            <UnreadCount />
          </Suspense>
        </span>
      </Link>
    </header>
  );
}

function PhoneBar() {
  const isHere = useIsHere();
  return (
    <nav
      aria-label="Pages"
      className="fixed inset-x-0 bottom-0 z-20 grid grid-cols-5 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {NOUNS.map((place) => (
        <Link
          key={place.to}
          to={place.to}
          aria-current={isHere(place.to) ? 'page' : undefined}
          className="grid h-14 content-center justify-items-center gap-0.5 text-11 leading-[14px] font-medium text-ink-3 aria-[current=page]:text-accent"
        >
          <place.icon aria-hidden strokeWidth={1.7} className="size-4" />
          {place.label}
        </Link>
      ))}
    </nav>
  );
}
