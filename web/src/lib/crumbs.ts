import { useSyncExternalStore } from 'react';

/** One step of the breadcrumb; without `to` it is the page itself. */
export interface Crumb {
  label: string;
  to?: '/' | '/datasets' | '/training-jobs' | '/models' | '/costs' | '/notifications' | '/settings';
}

let crumbs: readonly Crumb[] = [];
const listeners = new Set<() => void>();

/** Called by <Page>; the frame's top bar shows it. */
export function setCrumbs(next: readonly Crumb[]): void {
  const isSame =
    next.length === crumbs.length &&
    next.every((crumb, index) => crumb.label === crumbs[index]?.label && crumb.to === crumbs[index]?.to);
  if (isSame) return;
  crumbs = next;
  for (const listener of listeners) listener();
}

export function useCrumbs(): readonly Crumb[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => crumbs,
  );
}
