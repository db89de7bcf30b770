import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
  type QueryKey,
} from '@tanstack/react-query';
import { useRef } from 'react';
import type { Answer, CallInput, CallOptions, Client } from '../../../contracts/client.ts';
import type * as z from 'zod';
import type { AnyOperation, Operation, ResponseOf } from '../../../contracts/operation.ts';
import { accessToken, renewSession, sessionEnded } from './auth.ts';
import { loadConfig } from './config.ts';
import { isApiError, isTransient } from './describe-error.ts';

let client: Promise<Client> | undefined;

/** Loaded with the first call: the contract's schemas are a third of what the first page may weigh. */
function loadClient(): Promise<Client> {
  client ??= Promise.all([import('../../../contracts/client.ts'), loadConfig()]).then(
    ([{ apiClient }, { apiBase }]) => apiClient({ baseUrl: window.location.origin + apiBase, accessToken }),
  );
  return client;
}

/** One call of an operation. A 401 renews the session once and repeats; if that is refused, the session has ended. */
export async function call<O extends AnyOperation>(
  operation: O,
  input: CallInput<O>,
  options: CallOptions = {},
): Promise<Answer<O>> {
  const api = await loadClient();
  try {
    return await api.call(operation, input, options);
  } catch (error) {
    if (!isApiError(error) || error.status !== 401) throw error;
    if (await renewSession()) return api.call(operation, input, options);
    sessionEnded();
    throw error;
  }
}

/** Where an operation's answer lies in the cache: by noun first, so that a noun can be made stale as a whole. */
export function keyOf<O extends AnyOperation>(operation: O, input: CallInput<O>): QueryKey {
  return [operation.noun, operation.id, input];
}

interface QuerySettings {
  /** Ask again so often (milliseconds) while the tab is visible and the network is there. */
  everyMilliseconds?: number | false;
  /** How old an answer may be to be shown without asking again; 5 s unless told. */
  freshMilliseconds?: number;
  enabled?: boolean;
}

/** For `useQuery`: `useQuery(query(getDataset, { path: { datasetId } }))`. */
export function query<O extends AnyOperation>(
  operation: O,
  input: CallInput<O>,
  settings: QuerySettings = {},
) {
  return queryOptions({
    queryKey: keyOf(operation, input),
    queryFn: async ({ signal }): Promise<ResponseOf<O>> => (await call(operation, input, { signal })).body,
    staleTime: settings.freshMilliseconds ?? 5_000,
    refetchInterval: settings.everyMilliseconds ?? false,
    enabled: settings.enabled ?? true,
  });
}

/** An operation that answers one page of a list. */
type ListOperation = Operation<
  z.ZodType,
  z.ZodType<unknown, { cursor?: string | undefined }>,
  z.ZodType,
  z.ZodType<{ nextCursor?: string | undefined }>
>;

/** For `useInfiniteQuery`: a list whose next page is asked for by its cursor. */
export function pages<O extends ListOperation>(operation: O, input: CallInput<O>) {
  return infiniteQueryOptions({
    queryKey: [...keyOf(operation, input), 'pages'],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ signal, pageParam }): Promise<ResponseOf<O>> => {
      const asked: { query?: object } = input;
      const next =
        pageParam === undefined ? input : { ...input, query: { ...asked.query, cursor: pageParam } };
      return (await call(operation, next, { signal })).body;
    },
    getNextPageParam: (last: ResponseOf<O>) => last.nextCursor,
    staleTime: 5_000,
  });
}

const etags = new WeakMap<object, string>();

/** As `query`, for what is polled often: an unchanged answer (304) keeps the object that is on the page. */
export function liveQuery<O extends AnyOperation>(
  operation: O,
  input: CallInput<O>,
  settings: QuerySettings = {},
) {
  return queryOptions({
    ...query(operation, input, settings),
    structuralSharing: false,
    queryFn: async ({ signal, client: cache, queryKey }): Promise<ResponseOf<O>> => {
      const shown = cache.getQueryData<ResponseOf<O>>(queryKey);
      const etag = isObject(shown) ? etags.get(shown) : undefined;
      try {
        const answer = await call(operation, input, { signal, ...(etag ? { ifNoneMatch: etag } : {}) });
        if (answer.etag && isObject(answer.body)) etags.set(answer.body, answer.etag);
        return answer.body;
      } catch (error) {
        if (shown !== undefined && isApiError(error) && error.code === 'not-modified') return shown;
        throw error;
      }
    },
  });
}

/**
 * For what changes something: `const rename = useCall(changeDataset)`; `rename.mutate(input)`. Afterwards every answer
 * of the operation's noun (and of `alsoStale`) is asked for again. Operations that create get an Idempotency-Key that
 * stays the same until one of them succeeds, so that pressing the button again after a lost answer makes nothing twice.
 */
export function useCall<O extends AnyOperation>(
  operation: O,
  options: {
    alsoStale?: readonly AnyOperation['noun'][];
    onSuccess?: (body: ResponseOf<O>, input: CallInput<O>) => void;
  } = {},
) {
  const cache = useQueryClient();
  const intent = useRef<{ input: string; key: string } | null>(null);
  return useMutation<ResponseOf<O>, unknown, CallInput<O>>({
    mutationKey: [operation.id],
    mutationFn: async (input) => {
      const asText = JSON.stringify(input);
      if (intent.current?.input !== asText) intent.current = { input: asText, key: crypto.randomUUID() };
      const { key } = intent.current;
      return (await call(operation, input, operation.idempotent ? { idempotencyKey: key } : {})).body;
    },
    retry: (failures, error) => operation.idempotent && failures < 2 && isTransient(error),
    onSuccess: async (body, input) => {
      intent.current = null;
      await makeStale(cache, [operation.noun, ...(options.alsoStale ?? [])]);
      options.onSuccess?.(body, input);
    },
  });
}

/** Asks again for every answer of these nouns that is on the page; the others are asked for when they are shown. */
export async function makeStale(cache: QueryClient, nouns: readonly AnyOperation['noun'][]): Promise<void> {
  await Promise.all(nouns.map((noun) => cache.invalidateQueries({ queryKey: [noun] })));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
