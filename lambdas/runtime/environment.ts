import * as z from 'zod';

/** The schema of a function's variables; an entry exports it as `environment` and `lib` checks what it sets against it. */
export type EnvironmentSchema = z.ZodObject;

/** The variables that stand in the process do not fit the function's schema: a fault of the deployment. */
class EnvironmentError extends Error {
  constructor(issues: string) {
    super(`The environment of this function does not fit its schema:\n${issues}`);
    this.name = 'EnvironmentError';
  }
}

/** The only place that reads the process environment. Throws `EnvironmentError` naming each variable that is wrong. */
function readEnvironment<Schema extends EnvironmentSchema>(
  schema: Schema,
  variables: Record<string, string | undefined> = process.env,
): z.output<Schema> {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) throw new EnvironmentError(z.prettifyError(parsed.error));
  return parsed.data;
}

let processes = 1;

/** From here on every function is as in a process that has just started: nothing is built, nothing remembered. */
export function forgetBuilt(): void {
  processes += 1;
}

/**
 * Builds what a function works with at its first use, not at module load: a wrong variable is then answered and
 * logged like every other fault, and is looked at again at the next call.
 */
export function builtOnce<Schema extends EnvironmentSchema, Built>(
  schema: Schema,
  build: (environment: z.output<Schema>) => Built,
): () => Built {
  let built: { value: Built; process: number } | undefined;
  return () => {
    if (built?.process !== processes) built = { value: build(readEnvironment(schema)), process: processes };
    return built.value;
  };
}

/** A comma list as an array, for variables such as GPU_TYPES. */
export const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
