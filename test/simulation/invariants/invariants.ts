/** The twelve of faults.md. */
import type { Check } from './invariant.ts';
import { overdueStopsAlarm } from './of-alarms.ts';
import {
  nothingLeftOver,
  uploadsSettle,
  verdictsOnOwnBytes,
  verdictsToldOnce,
  versionMoves,
} from './of-datasets.ts';
import {
  allowedMoves,
  bounded,
  cancelConverges,
  manifestDecides,
  nothingLost,
  oneLiveAttempt,
  sameBytes,
} from './of-jobs.ts';
import { holdReleased, ledgerFolds } from './of-money.ts';
import { logsClean, ownersApart, sameKeySameAnswer, toldOnce } from './of-people.ts';

export const INVARIANTS: readonly { name: string; check: Check }[] = [
  { name: 'I1', check: oneLiveAttempt },
  { name: 'I2', check: nothingLost },
  { name: 'I2', check: uploadsSettle },
  { name: 'I3', check: allowedMoves },
  { name: 'I3', check: versionMoves },
  { name: 'I4', check: ledgerFolds },
  { name: 'I4', check: holdReleased },
  { name: 'I5', check: ownersApart },
  { name: 'I6', check: sameBytes },
  { name: 'I6', check: verdictsOnOwnBytes },
  { name: 'I7', check: manifestDecides },
  { name: 'I8', check: toldOnce },
  { name: 'I8', check: verdictsToldOnce },
  { name: 'I9', check: cancelConverges },
  { name: 'I9', check: overdueStopsAlarm },
  { name: 'I10', check: bounded },
  { name: 'I10', check: nothingLeftOver },
  { name: 'I11', check: logsClean },
  { name: 'I12', check: sameKeySameAnswer },
];
