/**
 * Synthesizes every variant in a process of its own, once for the whole layer: the CDK and the bundler take seconds
 * to load, and far longer inside the test runner. Needs no account and no network.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import * as z from 'zod';
import { brightRun } from '../../lib/application.ts';
import { bundleOf, entries } from '../../lib/constructs/bundles.ts';
import { readStage } from '../../lib/stage.ts';
import { SYNTHESIZED_FILE, VARIANTS, type Variant } from './variants.ts';

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });
const { context } = CdkJson.parse(JSON.parse(readFileSync('cdk.json', 'utf8')));
const folder = mkdtempSync(join(tmpdir(), 'brightrun-synthesis-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function findings(app: App) {
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) =>
    pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, description, violatingResources }) =>
        violatingResources.map(({ constructPath }) => ({ rule: ruleName, description, path: constructPath })),
      ),
  );
}

/** Stands for what `npm run build:web` makes. */
function builtPages(): string {
  const pages = join(folder, 'pages');
  mkdirSync(join(pages, 'assets'), { recursive: true });
  writeFileSync(join(pages, 'index.html'), '<!doctype html><title>BrightRun</title>');
  writeFileSync(join(pages, 'assets', 'index-4f2a.js'), '');
  return pages;
}

function synthesize(name: string, { stage, settings, rules, pages }: Variant) {
  const app = new App({ context, outdir: join(folder, name), builtinCloudFormationValidation: rules });
  const { data, workflow, api, watch, web } = brightRun(
    app,
    readStage(stage, (key) => settings[key], {}),
    pages ? builtPages() : undefined,
  );
  const assembly = app.synth();
  const template = (stack: Stack | undefined) => stack && assembly.getStackByName(stack.stackName).template;
  return {
    templates: {
      data: template(data),
      workflow: template(workflow),
      api: template(api),
      watch: template(watch),
      web: template(web),
    },
    environments: assembly.stacks.map((stack) => stack.environment.name),
    findings: rules ? findings(app) : [],
  };
}

const variants = Object.fromEntries(
  Object.entries<Variant>(VARIANTS).map(([name, variant]) => [name, synthesize(name, variant)]),
);
const bundles = Object.fromEntries(
  entries().map((entry) => {
    const { bytes, files } = bundleOf(entry);
    return [entry, { bytes, files }];
  }),
);
mkdirSync(dirname(SYNTHESIZED_FILE), { recursive: true });
writeFileSync(SYNTHESIZED_FILE, JSON.stringify({ variants, bundles }));
