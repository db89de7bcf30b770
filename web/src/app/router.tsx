import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { onSessionEnd, probablySignedIn } from '../lib/auth.ts';
import { loadConfig } from '../lib/config.ts';
import { ErrorPage } from './error-page.tsx';
import { Frame } from './frame.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { PendingPage } from './pending-page.tsx';
import { readAuthSearch, readDatasetsSearch, readDatasetSearch, readNewJobSearch } from './searches.ts';

/** Every address of the web. Pages are loaded when they are visited; each file exports its page as default. */
const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  beforeLoad: async () => ({ config: await loadConfig() }),
  component: Outlet,
  errorComponent: ErrorPage,
  notFoundComponent: NotFoundPage,
});

const door = createRoute({
  getParentRoute: () => root,
  id: 'door',
  validateSearch: readAuthSearch,
  component: lazyRouteComponent(() => import('../features/account/door.tsx')),
});
const signIn = createRoute({
  getParentRoute: () => door,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('../features/account/sign-in-page.tsx')),
});
const signUp = createRoute({
  getParentRoute: () => door,
  path: '/sign-up',
  component: lazyRouteComponent(() => import('../features/account/sign-up-page.tsx')),
});
const confirm = createRoute({
  getParentRoute: () => door,
  path: '/confirm',
  component: lazyRouteComponent(() => import('../features/account/confirm-page.tsx')),
});
const forgot = createRoute({
  getParentRoute: () => door,
  path: '/forgot',
  component: lazyRouteComponent(() => import('../features/account/forgot-page.tsx')),
});
const reset = createRoute({
  getParentRoute: () => door,
  path: '/reset',
  component: lazyRouteComponent(() => import('../features/account/reset-page.tsx')),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: ({ location }) => {
    if (probablySignedIn()) return;
    throw redirect({
      to: '/sign-in',
      search: location.href === '/' ? {} : { next: location.href },
    });
  },
  component: Frame,
});
const dashboard = createRoute({
  getParentRoute: () => app,
  path: '/',
  component: lazyRouteComponent(() => import('../features/dashboard/dashboard-page.tsx')),
});
const datasets = createRoute({
  getParentRoute: () => app,
  path: '/datasets',
  validateSearch: readDatasetsSearch,
  component: lazyRouteComponent(() => import('../features/datasets/datasets-page.tsx')),
});
const dataset = createRoute({
  getParentRoute: () => app,
  path: '/datasets/$datasetId',
  validateSearch: readDatasetSearch,
  component: lazyRouteComponent(() => import('../features/datasets/dataset-page.tsx')),
});
const jobs = createRoute({
  getParentRoute: () => app,
  path: '/training-jobs',
  component: lazyRouteComponent(() => import('../features/training-jobs/jobs-page.tsx')),
});
const newJob = createRoute({
  getParentRoute: () => app,
  path: '/training-jobs/new',
  validateSearch: readNewJobSearch,
  component: lazyRouteComponent(() => import('../features/training-jobs/new-job-page.tsx')),
});
const job = createRoute({
  getParentRoute: () => app,
  path: '/training-jobs/$jobId',
  component: lazyRouteComponent(() => import('../features/training-jobs/job-monitor-page.tsx')),
});
const models = createRoute({
  getParentRoute: () => app,
  path: '/models',
  component: lazyRouteComponent(() => import('../features/models/models-page.tsx')),
});
const model = createRoute({
  getParentRoute: () => app,
  path: '/models/$modelId',
  component: lazyRouteComponent(() => import('../features/models/model-page.tsx')),
});
const costs = createRoute({
  getParentRoute: () => app,
  path: '/costs',
  component: lazyRouteComponent(() => import('../features/costs/costs-page.tsx')),
});
const notifications = createRoute({
  getParentRoute: () => app,
  path: '/notifications',
  component: lazyRouteComponent(() => import('../features/notifications/notifications-page.tsx')),
});
const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/account/settings-page.tsx')),
});

const admin = createRoute({
  getParentRoute: () => app,
  path: '/admin',
  component: lazyRouteComponent(() => import('../features/admin/admin-page.tsx')),
});

const routeTree = root.addChildren([
  door.addChildren([signIn, signUp, confirm, forgot, reset]),
  app.addChildren([
    dashboard,
    datasets,
    dataset,
    jobs,
    newJob,
    job,
    models,
    model,
    costs,
    notifications,
    settings,
    admin,
  ]),
]);

const DOOR: readonly string[] = ['/sign-in', '/sign-up', '/confirm', '/forgot', '/reset'];
/** Whether an address lies behind the door. */
const isInside = (path: string) => !DOOR.includes(path);

/** Pages are fetched when a link to them is hovered or focused; their data when they are shown. */
export function makeRouter(queryClient: QueryClient) {
  const router = createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: ErrorPage,
    defaultPendingComponent: PendingPage,
    defaultPendingMs: 150,
    scrollRestoration: true,
  });
  let leaving = false;
  onSessionEnd(() => {
    // Every call that was in the air says so; the first one leads away, from the page the person was on.
    if (leaving || !isInside(router.state.location.pathname)) return;
    leaving = true;
    queryClient.clear();
    void router
      .navigate({ to: '/sign-in', search: { next: router.state.location.href, ended: true } })
      .finally(() => {
        leaving = false;
      });
  });
  return router;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
