import { useQuery } from '@tanstack/react-query';
import { signedInGroups } from '../../lib/auth.ts';

/** The Cognito group, as lambdas/runtime/caller.ts asks for it. */
const ADMINS = 'admins';
/** A token lives an hour; who was added meanwhile sees the page after this long once it is renewed. */
const FRESH_MILLISECONDS = 300_000;

/** Whether the page is shown; undefined until that is known. What may be done is the API's decision, on the same claim. */
export function useIsAdmin(): boolean | undefined {
  const { data, isError } = useQuery({
    queryKey: ['signed-in-groups'],
    queryFn: signedInGroups,
    staleTime: FRESH_MILLISECONDS,
  });
  return isError ? false : data?.includes(ADMINS);
}
