import { QueryClient } from '@tanstack/react-query';
import { isTransient } from './describe-error.ts';

/** 1 s, 2 s, 4 s, each up to a half longer, so that the pages of many people don't ask in step after an outage. */
function retryDelay(failures: number, random: () => number = Math.random): number {
  return Math.min(1000 * 2 ** failures, 30_000) * (1 + random() / 2);
}

/** Answers stay on the page while they are renewed; only what may pass by itself is asked again. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 3 && isTransient(error),
        retryDelay: (failures) => retryDelay(failures),
        // Polling stops on hidden tabs (TanStack's default) and goes on at once when they are seen again.
        refetchOnWindowFocus: true,
        gcTime: 10 * 60_000,
      },
      mutations: { retry: false, retryDelay: (failures) => retryDelay(failures) },
    },
  });
}
