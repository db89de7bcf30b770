/** What the edge says about this installation; the only thing that differs between stages. */
export interface Config {
  userPoolId: string;
  userPoolClientId: string;
  /** Only where Cognito is not the region's own (locally). */
  userPoolEndpoint?: string;
  region: string;
  stage: string;
  /** Path of the API on this origin, `/v1`. */
  apiBase: string;
  /** Who may make an account; `invite` hides the way to sign up. Absent: anybody may try. */
  signUp?: 'open' | 'domains' | 'invite';
}

/** The edge answered with something that is not this installation's description. */
export class ConfigError extends Error {}

let loading: Promise<Config> | undefined;
let loaded: Config | undefined;

/** Asks once; a failure may be tried again. */
export function loadConfig(): Promise<Config> {
  loading ??= ask().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** For what renders only after the configuration is there (everything inside the frame). */
export function config(): Config {
  if (!loaded) throw new ConfigError('The configuration is not loaded yet.');
  return loaded;
}

async function ask(): Promise<Config> {
  const response = await fetch('/config.json', { credentials: 'same-origin' });
  if (!response.ok) throw new ConfigError(`config.json answered ${response.status}.`);
  loaded = readConfig(await response.json());
  return loaded;
}

/** Checks each field by hand: zod would double what the first page has to load. */
export function readConfig(value: unknown): Config {
  if (typeof value !== 'object' || value === null) throw new ConfigError('config.json is not an object.');
  const fields = new Map(Object.entries(value));
  const text = (name: string): string => {
    const found: unknown = fields.get(name);
    if (typeof found !== 'string' || found === '') throw new ConfigError(`config.json lacks ${name}.`);
    return found;
  };
  const endpoint: unknown = fields.get('userPoolEndpoint');
  const signUp: unknown = fields.get('signUp');
  return {
    userPoolId: text('userPoolId'),
    userPoolClientId: text('userPoolClientId'),
    ...(typeof endpoint === 'string' && endpoint !== '' ? { userPoolEndpoint: endpoint } : {}),
    region: text('region'),
    stage: text('stage'),
    apiBase: text('apiBase'),
    ...(signUp === 'open' || signUp === 'domains' || signUp === 'invite' ? { signUp } : {}),
  };
}
