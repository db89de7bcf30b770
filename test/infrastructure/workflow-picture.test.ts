import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definitionsOf, drawnWorkflow, WORKFLOW_DOCUMENT } from '../../lib/drawn-workflow.ts';
import {
  LAMBDA_BUSY,
  LAMBDA_BUSY_WAIT_SECONDS,
  pausesOf,
  STEP_THREW_WAIT_SECONDS,
  stepThrew,
  totalWaitSeconds,
  WINDOW_BROKE_WAIT_SECONDS,
  windowBroke,
} from '../../lib/retry-policies.ts';
import { readStage, Stage } from '../../lib/stage.ts';
import { chartOf } from '../../lib/workflow-picture.ts';
import { resources, synthesized } from './synthesized.ts';

const prod = readStage('prod', () => undefined, {});

/** A definition as CloudFormation joins it, with a word in place of what only a deployment knows. */
function deployedDefinition(beginning: string): unknown {
  const found = resources(
    synthesized('production').templates.workflow,
    'AWS::StepFunctions::StateMachine',
  ).find(({ id }) => id.startsWith(beginning));
  const { DefinitionString } = z
    .object({ DefinitionString: z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) }) })
    .parse(found?.Properties);
  return JSON.parse(
    DefinitionString['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'address')).join(''),
  );
}

describe('the picture of the workflow', () => {
  test('is fresh (npm run generate)', () => {
    expect(readFileSync(WORKFLOW_DOCUMENT, 'utf8')).toBe(drawnWorkflow(prod));
  });

  test.each([
    ['training-workflow', 'trainingworkflow'],
    ['poll-window', 'pollwindow'],
  ] as const)('shows %s as it is deployed', (name, id) => {
    expect(chartOf(deployedDefinition(id))).toBe(chartOf(definitionsOf(prod)[name]));
  });

  test('names every retry policy and what every step is for', () => {
    const page = readFileSync(WORKFLOW_DOCUMENT, 'utf8');
    expect(page).not.toContain('a policy without a name');
    expect(page).not.toMatch(/\| {2}\|/);
  });
});

describe('a retry policy waits in all as its constant says', () => {
  const stages = Stage.shape.name.options.map((name) => readStage(name, () => undefined, {}));

  test('where Lambda has no room', () => {
    expect(totalWaitSeconds(LAMBDA_BUSY)).toBe(LAMBDA_BUSY_WAIT_SECONDS);
  });
  test.each(stages.map((stage) => [stage.name, stage] as const))('of stage %s', (name, stage) => {
    expect(totalWaitSeconds(stepThrew(stage))).toBe(STEP_THREW_WAIT_SECONDS[name]);
    expect(totalWaitSeconds(windowBroke(stage))).toBe(WINDOW_BROKE_WAIT_SECONDS[name]);
  });
  test('doubling from its first pause and never longer than its longest', () => {
    expect(pausesOf(stepThrew(prod))).toEqual([30, 60, 120, 240, 300, 300]);
  });
  test('and a run in AWS is not given up for less than three windows of it, close to an hour', () => {
    const windows = 1 + windowBroke(prod).MaxAttempts;
    expect(windows * STEP_THREW_WAIT_SECONDS.prod + WINDOW_BROKE_WAIT_SECONDS.prod).toBeGreaterThan(50 * 60);
  });
});
