import { DATASET_CURES, type DatasetCure } from '../../../../../contracts/dataset-cures.ts';
import { DATASET_ISSUES, type DatasetIssueCode } from '../../../../../contracts/dataset-issues.ts';
import type { CheckSummary } from '../../../../../contracts/dataset-versions.ts';
import { LIMITS } from '../../../../../contracts/limits.ts';
import { count, counted } from '../../../lib/format/numbers.ts';
import { problemGroups, type ProblemGroup } from '../problems/problem-groups.ts';

/** Cures that leave rows out; the others change rows and keep them. */
const REMOVING: readonly DatasetCure[] = [
  'drop-broken-rows',
  'drop-duplicates',
  'drop-near-duplicates',
  'keep-first-answer',
  'drop-shared-rows',
  'drop-long-rows',
  'drop-refusals',
  'drop-cut-answers',
];
const removesRows = (cure: DatasetCure) => REMOVING.includes(cure);
export const LENGTH_CURES: readonly DatasetCure[] = ['shorten-long-rows', 'drop-long-rows'];

/** Problems that the same cure is the usual one for: one line of the repair dialog. */
export interface RepairChoice {
  usual: DatasetCure;
  /** The usual one, and the others that every one of the problems can be cured with. */
  cures: readonly DatasetCure[];
  groups: ProblemGroup[];
  rows: number;
}

/** What can be repaired, in the order the problems are shown in; and what no repair is for. */
export function repairChoices(groups: readonly ProblemGroup[]): {
  choices: RepairChoice[];
  beyond: ProblemGroup[];
} {
  const choices = new Map<DatasetCure, RepairChoice>();
  const beyond: ProblemGroup[] = [];
  for (const group of groups) {
    const cures: readonly DatasetCure[] = DATASET_ISSUES[group.code].repairs;
    const [usual] = cures;
    if (!usual) {
      beyond.push(group);
      continue;
    }
    const choice = choices.get(usual) ?? { usual, cures, groups: [], rows: 0 };
    choices.set(usual, {
      ...choice,
      cures: choice.cures.filter((cure) => cures.includes(cure)),
      groups: [...choice.groups, group],
      rows: choice.rows + group.rows,
    });
  }
  return { choices: [...choices.values()], beyond };
}

export const canBeRepaired = (code: DatasetIssueCode) => DATASET_ISSUES[code].repairs.length > 0;

const rowsWithErrors = (groups: readonly ProblemGroup[]) =>
  groups
    .filter(({ code, severity }) => severity === 'error' && code !== 'too-few-rows')
    .reduce((sum, { rows }) => sum + rows, 0);

/**
 * What of the findings stays after a repair by `cureOf`. Too few usable rows are no problem of their own where enough
 * are left once the others are cured: a file of ShareGPT rows has none that is usable, and all of them after it.
 */
export function leftBy(
  summary: CheckSummary,
  cureOf: (choice: RepairChoice) => DatasetCure | undefined,
): ProblemGroup[] {
  const { choices, beyond } = repairChoices(problemGroups(summary.issues));
  const left = [...choices.filter((choice) => !cureOf(choice)).flatMap(({ groups }) => groups), ...beyond];
  const removed = choices.reduce((sum, choice) => {
    const cure = cureOf(choice);
    return cure && removesRows(cure) ? sum + choice.rows : sum;
  }, 0);
  const cured = choices.filter(cureOf).flatMap(({ groups }) => groups);
  const isEnough =
    rowsWithErrors(cured) > 0 && summary.rows - removed - rowsWithErrors(left) >= LIMITS.datasetMinimumRows;
  return isEnough ? left.filter(({ code }) => code !== 'too-few-rows') : left;
}

/** What no repair is for. */
export const leftByAllCures = (summary: CheckSummary) => leftBy(summary, ({ usual }) => usual);

/** `A repair changes 612 rows.`, `A repair removes 184 rows, 48,026 stay.` The usual cure's. */
export function effectWords(group: ProblemGroup, summary: CheckSummary): string {
  const [cure]: readonly DatasetCure[] = DATASET_ISSUES[group.code].repairs;
  if (!cure) return '';
  if (cure === 'map-columns' || cure === 'convert-to-messages') return `${DATASET_CURES[cure].title}.`;
  if (!removesRows(cure)) return `A repair changes ${counted(group.rows, 'row')}.`;
  const stay = Math.max(0, summary.rows + summary.validationRows - group.rows);
  return `A repair removes ${counted(group.rows, 'row')}, ${count(stay)} ${stay === 1 ? 'stays' : 'stay'}.`;
}

/** `Changes up to 612 rows`: of a choice in the dialog. The most, because one row may have two of the problems. */
export function choiceWords({ rows, groups }: RepairChoice, cure: DatasetCure): string {
  if (cure === 'map-columns' || cure === 'convert-to-messages') return 'Changes every row';
  const most = groups.length > 1 ? 'up to ' : '';
  return `${removesRows(cure) ? 'Removes' : 'Changes'} ${most}${counted(rows, 'row')}`;
}

const NUMBERS = ['', 'it', 'both', 'all three', 'all four', 'all five', 'all six', 'all seven', 'all eight'];
/** `Repair all three, as v4…`: as many kinds as can be repaired of those that were found. */
export function repairAllWords(repairable: number, found: number, version: number): string {
  const what =
    repairable < found
      ? `${count(repairable)} of ${counted(found, 'kind')}`
      : (NUMBERS[repairable] ?? `all ${count(repairable)}`);
  return `Repair ${what}, as v${version}…`;
}
