/** What pages find where somebody is signed in: a token and an installation. Imported before the pages themselves. */
import { jest } from '@jest/globals';

jest.unstable_mockModule('../../web/src/lib/auth.ts', () => ({
  accessToken: async () => 'token',
  renewSession: async () => false,
  sessionEnded: () => undefined,
}));
jest.unstable_mockModule('../../web/src/lib/config.ts', () => ({
  loadConfig: async () => ({ apiBase: '/v1' }),
}));

/** Nothing here is about speed: a machine that does much else may take its time. */
export const PATIENCE = 15_000;
jest.setTimeout(4 * PATIENCE);
globalThis.scrollTo = () => undefined;
