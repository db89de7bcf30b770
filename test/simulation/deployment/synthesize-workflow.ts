/**
 * Synthesizes the workflow stack of a production stage, in a process of its own (the CDK and the bundler take seconds),
 * and prints the definition of each state machine as it would be deployed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { brightRun } from '../../../lib/application.ts';
import { readStage } from '../../../lib/stage.ts';

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });
const Machine = z.object({
  Type: z.literal('AWS::StepFunctions::StateMachine'),
  Properties: z.object({
    DefinitionString: z.union([
      z.string(),
      z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
    ]),
  }),
});
const Reference = z.union([
  z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }).transform((at) => at['Fn::GetAtt'][0]),
  z.object({ Ref: z.string() }).transform((of) => of.Ref),
]);

const { context } = CdkJson.parse(JSON.parse(readFileSync('cdk.json', 'utf8')));
const folder = mkdtempSync(join(tmpdir(), 'brightrun-simulation-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const app = new App({ context, outdir: folder, builtinCloudFormationValidation: false });
const { workflow } = brightRun(
  app,
  readStage('prod', () => undefined, {}),
  undefined,
);
const template = app.synth().getStackByName(workflow.stackName).template as {
  Resources: Record<string, unknown>;
};

/** Tokens become the logical ids they point at; the region and the account stand for themselves. */
const definitions = Object.entries(template.Resources).flatMap(([id, resource]) => {
  const machine = Machine.safeParse(resource);
  if (!machine.success) return [];
  const { DefinitionString: text } = machine.data.Properties;
  const whole =
    typeof text === 'string'
      ? text
      : text['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : Reference.parse(part))).join('');
  return [[id, JSON.parse(whole)]];
});
process.stdout.write(JSON.stringify(Object.fromEntries(definitions)));
