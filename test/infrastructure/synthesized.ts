/** The application as CloudFormation templates, and what can be asked of them. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { SYNTHESIZED_FILE, type VARIANTS } from './variants.ts';

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  DependsOn: z.array(z.string()).default([]),
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
  findings: z.array(z.object({ rule: z.string(), description: z.string(), path: z.string() })),
});
const Everything = z.object({
  variants: z.record(z.string(), Synthesized),
  bundles: z.record(z.string(), z.object({ bytes: z.number(), files: z.array(z.string()) })),
});
export type Template = z.infer<typeof Template>;
export type Resource = z.infer<typeof Resource> & { id: string };
export type Synthesized = z.infer<typeof Synthesized>;

const everything = Everything.parse(JSON.parse(readFileSync(SYNTHESIZED_FILE, 'utf8')));

/** What became of each entry, such as `runs/authorize-run`: its size and the files that left code in it. */
export const { bundles } = everything;

export function synthesized(name: keyof typeof VARIANTS): Synthesized {
  const found = everything.variants[name];
  if (!found) throw new Error(`${SYNTHESIZED_FILE} has no ${name}.`);
  return found;
}

/** Of a variant that serves the pages itself. */
export function webOf(name: keyof typeof VARIANTS): Template {
  const { web } = synthesized(name).templates;
  if (!web) throw new Error(`${name} has no web stack.`);
  return web;
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
