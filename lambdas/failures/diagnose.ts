/** The failure doctor: a log and what is known become a class, its proof, its cause in plain words and what to do. */
import type { Diagnosis, FailureCode } from '../../contracts/failures.ts';
import type { FailureRule } from './failure-rule.ts';
import { FAILURE_RULES, UNKNOWN } from './failure-rules.ts';
import { likeliestLine, type LogLine, logLines } from './log-lines.ts';
import { type RunChoices, safeChange } from './safe-change.ts';

export interface Symptoms {
  /** Why the workflow failed the job, or the trainer itself. */
  code: FailureCode;
  /** The sentence beside the code. */
  detail?: string | undefined;
  /** The end of the log, as far as it is kept. */
  logTail?: string | undefined;
  /** What the cluster said of the run's end. */
  exitMessage?: string | undefined;
  choices?: RunChoices | undefined;
}

/** Decided by the platform from what it measured itself: a log that says more is about something else. */
const SETTLED: readonly FailureCode[] = ['cap-reached', 'time-limit', 'cluster-refused', 'manifest-invalid'];

interface Proof {
  rule: FailureRule;
  line: LogLine;
  tier: number;
}

/** A warning is a symptom: the run went on after it. */
function tierOf(rule: FailureRule, line: LogLine): number | undefined {
  const matches = (pattern: RegExp) => pattern.test(line.judged);
  const tier = rule.patterns.some(matches)
    ? rule.tier
    : rule.also?.find(({ patterns }) => patterns.some(matches))?.tier;
  return tier === undefined ? undefined : tier + (line.isWarning ? 3 : 0);
}

/** The line of the lowest tier; of several the newest, and of the rows that match it the first. */
function proofIn(lines: readonly LogLine[]): Proof | undefined {
  let best: Proof | undefined;
  for (const line of lines) {
    let own: Proof | undefined;
    for (const rule of FAILURE_RULES) {
      const tier = tierOf(rule, line);
      if (tier !== undefined && (!own || tier < own.tier)) own = { rule, line, tier };
    }
    if (own && (!best || own.tier <= best.tier)) best = own;
  }
  return best;
}

/**
 * Pure. What the log proves goes before what a code says, except for codes that the platform measured; a symptom alone
 * does not overrule a code that has its own class. `evidence` is absent only where there is no text at all.
 */
export function diagnose({ code, detail, logTail, exitMessage, choices }: Symptoms): Diagnosis {
  const log = logLines(logTail ?? '');
  const said = logLines([exitMessage, detail].filter(Boolean).join('\n'));
  const byCode = FAILURE_RULES.find((rule) => rule.codes?.includes(code));
  const proof = SETTLED.includes(code) ? undefined : better(proofIn(log), proofIn(said));
  const isProven = proof && (!byCode || proof.rule === byCode || proof.tier < 3);
  const rule = isProven ? proof.rule : byCode;
  const evidence = isProven ? proof.line.text : (likeliestLine(log) ?? likeliestLine(said));
  const change = rule?.remedies && choices && safeChange(rule.remedies, choices);
  return {
    class: rule?.class ?? 'unknown',
    ...(evidence ? { evidence } : {}),
    cause: (rule ?? UNKNOWN).cause,
    advice: [...(rule ?? UNKNOWN).advice],
    ...(change ? { change } : {}),
    ...(rule?.needsMoreGpuMemory ? { needsMoreGpuMemory: true } : {}),
  };
}

/** The log's own line, unless the cluster's or the trainer's sentence says something more certain. */
function better(log: Proof | undefined, said: Proof | undefined): Proof | undefined {
  return log && said ? (said.tier < log.tier ? said : log) : (log ?? said);
}
