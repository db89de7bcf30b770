/** The application of a stage as CloudFormation, made in this process: no account, no network, no command line. */
import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { brightRun, type Application } from '../../lib/application.ts';
import { readStage } from '../../lib/stage.ts';

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });
const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
});
export type Resource = z.infer<typeof Resource>;

export interface Synthesized extends Application {
  readonly app: App;
  readonly template: (part: 'data' | 'workflow' | 'api' | 'web' | 'watch') => Template;
}

/** `settings` are what `-c key=value` would say. */
export function synthesize(stageName: string, settings: Record<string, string> = {}): Synthesized {
  const { context } = CdkJson.parse(JSON.parse(readFileSync('cdk.json', 'utf8')));
  const app = new App({ context });
  const application = brightRun(
    app,
    readStage(stageName, (key) => settings[key], {}),
    undefined,
  );
  return {
    app,
    ...application,
    template: (part) => {
      const stack = application[part];
      if (!stack) throw new Error(`Stage ${stageName} has no ${part} stack.`);
      return Template.fromStack(stack);
    },
  };
}

/** Every resource of a type with its logical id. */
export function resources(template: Template, type: string): (Resource & { id: string })[] {
  return Object.entries(template.findResources(type)).map(([id, resource]) => ({
    id,
    ...Resource.parse(resource),
  }));
}

/** The one resource of a type whose logical id begins so. */
export function resource(template: Template, type: string, beginning: string): Resource & { id: string } {
  const found = resources(template, type).filter(({ id }) => id.startsWith(beginning));
  const [only] = found;
  if (!only || found.length > 1) {
    throw new Error(`${found.length} resources of type ${type} begin with ${beginning}.`);
  }
  return only;
}
