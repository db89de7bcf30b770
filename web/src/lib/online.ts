import { useSyncExternalStore } from 'react';

let since: Date | null = null;

function subscribe(listener: () => void): () => void {
  const change = () => {
    since = navigator.onLine ? null : new Date();
    listener();
  };
  window.addEventListener('online', change);
  window.addEventListener('offline', change);
  return () => {
    window.removeEventListener('online', change);
    window.removeEventListener('offline', change);
  };
}

/** Whether the browser has a network, and since when it hasn't. */
export function useOnline(): { online: boolean; since: Date | null } {
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  return { online, since };
}

/** For <Button disabledReason>: the reason while offline, else undefined. */
export function useOfflineReason(): string | undefined {
  return useOnline().online ? undefined : 'You are offline. This works again once the network is back.';
}
