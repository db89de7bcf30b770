/**
 * What the SDK's own chain of credential sources comes to inside Lambda: the environment. Bundled in its place,
 * which saves 135 kB and 21 ms of every cold start (facts.md §1); SSO, profiles and metadata do not exist there.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env';

export const defaultProvider = () => fromEnv();
