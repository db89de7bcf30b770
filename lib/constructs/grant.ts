import type { Stage } from '../stage.ts';

/** A grant carries everything a function needs to use a thing: the permission and the variable that names it. */
export interface Grant {
  /** Environment variables, by name; the function's own schema says which it reads. */
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly {
    readonly actions: readonly string[];
    readonly resources: readonly string[];
    readonly conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }[];
}

/** A setting without a permission. */
export const setting = (variable: string, value: string): Grant => ({
  environment: { [variable]: value },
  statements: [],
});

/** What a stage offers of the catalog. */
export const offers = ({ gpuTypes, baseModels }: Stage): Grant => ({
  environment: { GPU_TYPES: gpuTypes.join(','), BASE_MODELS: baseModels.join(',') },
  statements: [],
});
