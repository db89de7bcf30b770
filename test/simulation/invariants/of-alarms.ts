/** I9: where a stop frees no GPU within five minutes an operator is told, and nowhere else. */
import { STOP_OVERDUE } from '../../../lambdas/training-workflow/stop-watch.ts';
import type { Check } from './invariant.ts';

const MINUTE = 60_000;
const LIMIT_MS = 5 * MINUTE;
/** A steady run is looked at every two minutes: what still holds its GPU after two more looks was seen to. */
const SURELY_SEEN_MS = LIMIT_MS + 5 * MINUTE;
/** Faults in which the cluster answers all the time and no call of ours fails: there the alarm must come. */
const IN_REACH = [5, 13, 14, 16, 17, 31, 32, 36, 37, 39, 42, 43, 45];

/**
 * The alarm counts this sentence (lib/workflow-stack.ts; held to it by test/infrastructure/workflow-stack.test.ts), so
 * the sentence in the log is the alarm.
 */
export const overdueStopsAlarm: Check = (evidence) => {
  const said = evidence.history.of('log').filter(({ text }) => text.includes(`"message":"${STOP_OVERDUE}"`));
  const stops = evidence.history.of('cluster').filter(({ what }) => what === 'stop');
  const isInReach = evidence.faults.every((fault) => IN_REACH.includes(fault));
  const found = said.flatMap(({ at, text }) => {
    const stop = stops.find(({ submissionId }) => text.includes(`"submissionId":"${submissionId}"`));
    return stop && at >= stop.at + LIMIT_MS
      ? []
      : [`An operator was told of an overdue stop too early: ${text}`];
  });
  for (const { submissionId, from, to = evidence.endedAt } of evidence.spans) {
    const first = stops.find((stop) => stop.submissionId === submissionId && stop.at >= from);
    const isTold = said.some(({ text }) => text.includes(`"submissionId":"${submissionId}"`));
    if (first && isInReach && to - first.at > SURELY_SEEN_MS && !isTold)
      found.push(
        `${submissionId} held its GPU ${(to - first.at) / MINUTE} min after a stop, and nobody was told`,
      );
  }
  return found;
};
