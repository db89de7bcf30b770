/**
 * Synthesizes stages in a process of its own and prints their templates as JSON, for `synthesized.ts`.
 * Arguments: a JSON array of `{ stage, settings, rules }`. Needs no account and no network.
 */
import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import * as z from 'zod';
import { bundleOf, entries } from '../../lib/constructs/bundles.ts';
import { brightRun } from '../../lib/application.ts';
import { readStage } from '../../lib/stage.ts';

const Wanted = z.array(
  z.object({ stage: z.string(), settings: z.record(z.string(), z.string()), rules: z.boolean() }),
);
const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

const { context } = CdkJson.parse(JSON.parse(readFileSync('cdk.json', 'utf8')));
const folder = mkdtempSync(join(tmpdir(), 'brightrun-synthesis-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const answers = Wanted.parse(JSON.parse(process.argv[2] ?? '[]')).map(({ stage, settings, rules }, index) => {
  const app = new App({ context, outdir: join(folder, String(index)) });
  const { data, workflow, api, watch, web } = brightRun(
    app,
    readStage(stage, (key) => settings[key], {}),
    undefined,
  );
  const assembly = app.synth();
  const template = (stack: Stack | undefined) => stack && assembly.getStackByName(stack.stackName).template;
  const findings = rules
    ? [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) =>
        pack.validateScope(app).violations.flatMap(({ ruleName, description, violatingResources }) =>
          violatingResources.map(({ constructPath }) => ({
            rule: ruleName,
            description,
            path: constructPath,
          })),
        ),
      )
    : [];
  return {
    templates: {
      data: template(data),
      workflow: template(workflow),
      api: template(api),
      watch: template(watch),
      web: template(web),
    },
    environments: assembly.stacks.map((stack) => stack.environment.name),
    findings,
    bundles: Object.fromEntries(
      entries().map((entry) => {
        const { bytes, files } = bundleOf(entry);
        return [entry, { bytes, files }];
      }),
    ),
  };
});

process.stdout.write(JSON.stringify(answers));
