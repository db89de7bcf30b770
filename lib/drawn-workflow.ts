/** `docs/training-workflow.md`, from the definitions and the steps' own files. */
import { readFileSync } from 'node:fs';
import { STEPS } from '../lambdas/training-workflow/steps.ts';
import { retryPolicies } from './retry-policies.ts';
import type { Stage } from './stage.ts';
import { pollWindow, trainingWorkflow } from './training-workflow.ts';
import { workflowDocument } from './workflow-picture.ts';

export const WORKFLOW_DOCUMENT = 'docs/training-workflow.md';

/** The sentence at the top of a step's file. */
function purposeOf(step: string): string {
  const source = readFileSync(new URL(`../lambdas/training-workflow/${step}.ts`, import.meta.url), 'utf8');
  return /^\/\*\* (.+?) \*\/$/m.exec(source)?.[1] ?? '';
}

const named = Object.fromEntries(STEPS.map((step) => [step, step])) as Record<(typeof STEPS)[number], string>;

/** Names stand in for addresses: a picture shows neither. */
export const definitionsOf = (stage: Stage): Record<'training-workflow' | 'poll-window', unknown> => ({
  'training-workflow': trainingWorkflow(
    { functions: named, pollWindowArn: 'poll-window', trainingWorkflowArn: 'training-workflow' },
    stage,
  ),
  'poll-window': pollWindow({ functions: named }, stage),
});

export const drawnWorkflow = (
  stage: Stage,
  machines: Record<string, unknown> = definitionsOf(stage),
): string =>
  workflowDocument({
    machines,
    purposes: Object.fromEntries(STEPS.map((step) => [step, purposeOf(step)])),
    policies: retryPolicies(stage),
    stageName: stage.name,
    course: STEPS.map((step) => (step === 'observe-run' ? 'poll-window' : step)),
  });
