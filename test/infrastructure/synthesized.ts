/** The application of a stage as CloudFormation templates, and what can be asked of them. */
import { execFileSync } from 'node:child_process';
import * as z from 'zod';

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});
const Template = z.object({ Resources: z.record(z.string(), Resource) });
const Synthesized = z.object({
  templates: z.object({
    data: Template,
    workflow: Template,
    api: Template,
    watch: Template,
    web: Template.optional(),
  }),
  environments: z.array(z.string()),
  /** By entry, such as `runs/authorize-run`. */
  bundles: z.record(z.string(), z.object({ bytes: z.number(), files: z.array(z.string()) })),
  findings: z.array(z.object({ rule: z.string(), description: z.string(), path: z.string() })),
});
export type Template = z.infer<typeof Template>;
export type Resource = z.infer<typeof Resource> & { id: string };
export type Synthesized = z.infer<typeof Synthesized>;

export interface Wanted {
  readonly stage: string;
  /** What `-c key=value` would say. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether the rule packs look at it. */
  readonly rules?: boolean;
}

/** All in one process: the CDK takes longer to load than to synthesize. The templates come in the order asked. */
export function synthesize<const Asked extends readonly Wanted[]>(
  ...asked: Asked
): { [Each in keyof Asked]: Synthesized } {
  const wanted = asked.map(({ stage, settings = {}, rules = false }) => ({ stage, settings, rules }));
  const printed = execFileSync(
    'node_modules/.bin/node',
    ['--no-warnings', 'test/infrastructure/synthesize.ts', JSON.stringify(wanted)],
    {
      // The CDK's own template rules take 2 s a stage, so they run where rules are looked at.
      env: { ...process.env, CDK_VALIDATION: String(wanted.some(({ rules }) => rules)) },
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const answers: unknown = JSON.parse(printed);
  return z.array(Synthesized).length(asked.length).parse(answers) as { [Each in keyof Asked]: Synthesized };
}

/** Every resource of a type with its logical id. */
export const resources = (template: Template, type: string): Resource[] =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, resource]) => ({ id, ...resource }));

/** The one resource of a type, or the one whose logical id begins so. */
export function resource(template: Template, type: string, beginning = ''): Resource {
  const found = resources(template, type).filter(({ id }) => id.startsWith(beginning));
  const [only] = found;
  if (!only || found.length > 1) {
    throw new Error(`${found.length} resources of type ${type} begin with "${beginning}".`);
  }
  return only;
}
