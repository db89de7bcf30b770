import type { PresetId } from '../../../contracts/catalog.ts';

/** What an address may carry after its `?`. Anything else is dropped: an address is input like any other. */
type Given = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 300 ? value : undefined;
const positive = (value: unknown): number | undefined => {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
};

export interface AuthSearch {
  email?: string;
  /** Where to go after signing in; a path of this origin only. */
  next?: string;
  /** The session ended while the person worked. */
  ended?: boolean;
}
export function readAuthSearch(given: Given): AuthSearch {
  const email = text(given['email']);
  const next = text(given['next']);
  return {
    ...(email ? { email } : {}),
    ...(next && isOwnPath(next) ? { next } : {}),
    ...(given['ended'] === true ? { ended: true } : {}),
  };
}

/** `//evil.example` and `/\evil.example` leave the origin although they begin with a slash. */
export function isOwnPath(path: string): boolean {
  return /^\/(?![/\\])/.test(path);
}

export interface DatasetsSearch {
  search?: string;
  status?: 'archived';
  /** Opens the upload dialog. */
  upload?: boolean;
}
export function readDatasetsSearch(given: Given): DatasetsSearch {
  const search = text(given['search']);
  return {
    ...(search ? { search } : {}),
    ...(given['status'] === 'archived' ? { status: 'archived' as const } : {}),
    ...(given['upload'] === true ? { upload: true } : {}),
  };
}

export interface DatasetSearch {
  /** Without it the newest one. */
  version?: number;
  /** The version that it is compared with. */
  compare?: number;
}
export function readDatasetSearch(given: Given): DatasetSearch {
  const version = positive(given['version']);
  const compare = positive(given['compare']);
  return { ...(version ? { version } : {}), ...(compare ? { compare } : {}) };
}

export interface NewJobSearch {
  datasetId?: string;
  version?: number;
  preset?: PresetId;
}
const PRESETS: readonly PresetId[] = ['quick', 'balanced', 'quality'];
export function readNewJobSearch(given: Given): NewJobSearch {
  const datasetId = text(given['datasetId']);
  const version = positive(given['version']);
  const preset = PRESETS.find((each) => each === given['preset']);
  return {
    ...(datasetId ? { datasetId } : {}),
    ...(version ? { version } : {}),
    ...(preset ? { preset } : {}),
  };
}
