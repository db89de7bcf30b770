import type { DatasetFormat } from '../../../../contracts/dataset-format.ts';
import { DATASET_ISSUES } from '../../../../contracts/dataset-issues.ts';
import type {
  CheckSummary,
  DatasetContainer,
  DatasetVersion,
} from '../../../../contracts/dataset-versions.ts';
import type { Tone } from '../../components/pill.tsx';
import { bytes, count, counted } from '../../lib/format/numbers.ts';
import { duration } from '../../lib/format/time.ts';
import { leftByAllCures } from './repair/repair-plan.ts';

export const FORMAT_WORDS: Record<DatasetFormat, string> = {
  chat: 'Chat messages',
  'prompt-completion': 'Prompt and completion',
  instruction: 'Instructions',
  preference: 'Preference pairs',
  text: 'Plain text',
  sharegpt: 'ShareGPT conversations',
};

const CONTAINER_WORDS: Record<DatasetContainer, string> = {
  jsonl: 'JSON Lines',
  'json-array': 'JSON array',
  csv: 'CSV',
  tsv: 'TSV',
  parquet: 'Parquet',
};

/** Versions whose check has ended: they have files, a summary, a report and rows to look at. */
export type CheckedVersion = Extract<DatasetVersion, { status: 'ready' | 'rejected' }>;

export function checkedVersion(version: DatasetVersion): CheckedVersion | undefined {
  return version.status === 'ready' || version.status === 'rejected' ? version : undefined;
}

/** Why a checked form cannot be trained on here; undefined where it can. */
export function formatProblem(format: DatasetFormat | null): string | undefined {
  if (format === 'sharegpt') return 'ShareGPT conversations have to be converted first.';
  return undefined;
}

/** Whether something happens to it without anybody acting: its page then follows it. */
export function isMoving(version: DatasetVersion | undefined): boolean {
  return version?.status === 'validating' || version?.status === 'repairing';
}

/** `from CSV, gzip`: what the rows were converted from; empty where the file was JSON Lines already. */
export function sourceWords(version: CheckedVersion): string {
  const source = version.files.source ?? version.files.validationSource;
  if (!source) return '';
  return `from ${CONTAINER_WORDS[source.container]}${source.gzip ? ', gzip' : ''}`;
}

/** A version's state as a pill: its colour and its word. `isSending`: this tab uploads it now. */
export function stateOf(version: DatasetVersion, isSending = false): { tone: Tone; word: string } {
  if (version.status === 'uploading' && isSending) return { tone: 'run', word: 'Being uploaded' };
  switch (version.status) {
    case 'uploading':
      return { tone: 'mute', word: 'Upload unfinished' };
    case 'repairing':
      return { tone: 'run', word: 'Being repaired' };
    case 'validating':
      return { tone: 'run', word: 'Being checked' };
    case 'ready':
      return { tone: 'ok', word: 'Ready' };
    case 'rejected':
      return { tone: 'bad', word: 'Rejected' };
    case 'validation-failed':
      return { tone: 'bad', word: 'Check failed' };
    case 'abandoned':
      return { tone: 'mute', word: 'Upload given up' };
  }
}

/** What stands beside the pill: how much was found. */
export function findingWords(version: DatasetVersion): string {
  if (version.status === 'rejected') return counted(findings(version.summary, 'error').lines, 'error');
  if (version.status !== 'ready') return '';
  const { kinds } = findings(version.summary, 'warning');
  return kinds > 0 ? counted(kinds, 'warning') : '';
}

/** How many findings of a severity: kinds and lines. */
function findings(summary: Pick<CheckSummary, 'issues'>, severity: 'error' | 'warning') {
  const of = summary.issues.filter((issue) => issue.severity === severity);
  return {
    kinds: new Set(of.map((issue) => issue.code)).size,
    lines: of.reduce((sum, issue) => sum + (issue.rows || issue.count), 0),
  };
}

/** The page's verdict: a sentence, then what it means. */
export function verdictOf(
  version: DatasetVersion,
  isSending = false,
): { tone: Tone; title: string; sentence: string } {
  if (version.status === 'uploading' && isSending) {
    return {
      tone: 'run',
      title: 'Being uploaded',
      sentence: 'You can go on working on other pages; keep this tab open.',
    };
  }
  switch (version.status) {
    case 'uploading':
      return {
        tone: 'mute',
        title: 'The upload isn’t finished',
        sentence: 'What has arrived is kept. Choose the same file again and it goes on where it stopped.',
      };
    case 'repairing':
      return {
        tone: 'run',
        title: 'Being repaired',
        sentence: `v${version.madeFrom?.version ?? version.version - 1} is copied with the cures you chose, then checked. You can leave this page: you are notified.`,
      };
    case 'validating':
      return {
        tone: 'run',
        title: 'Being checked',
        sentence: `Every line of ${bytes(version.declaredBytes)} is read. You can leave this page: you are notified.`,
      };
    case 'validation-failed':
      return version.madeFrom
        ? {
            tone: 'bad',
            title: 'This version could not be made',
            sentence: `${asSentence(version.reason)} v${version.madeFrom.version} is untouched; try it again.`,
          }
        : {
            tone: 'bad',
            title: 'The check itself failed',
            sentence: `${asSentence(version.reason)} The file is safe; check it again.`,
          };
    case 'abandoned':
      return {
        tone: 'mute',
        title: 'The upload was given up',
        sentence:
          'Nobody finished it within 48 hours, so what had arrived was deleted. Upload the file again.',
      };
    case 'ready':
    case 'rejected':
      return checkedVerdict(version);
  }
}

function checkedVerdict({ status, summary, files }: CheckedVersion) {
  const size = (files.source ?? files.data).bytes;
  const checked = `All ${bytes(size)} were checked in ${duration(Math.max(1, summary.checkMilliseconds / 1000))}.`;
  const warnings = findings(summary, 'warning');
  if (status === 'rejected') {
    // Too few usable rows are told where they stay; where the others' repair ends them, the others are the reason.
    const staysShort = leftByAllCures(summary).some(({ code }) => code === 'too-few-rows');
    const reasons = summary.issues.filter(
      ({ code, severity }) => severity === 'error' && (staysShort || code !== 'too-few-rows'),
    );
    const [first] = reasons;
    const name = first ? DATASET_ISSUES[first.code].title : '';
    const { kinds, lines } = findings({ issues: reasons }, 'error');
    return {
      tone: 'bad' as const,
      title:
        kinds === 1
          ? `Can’t be used yet: ${lowerFirst(name)}`
          : `Can’t be used yet, ${counted(lines, 'error')} of ${counted(kinds, 'kind')}`,
      sentence: `${rejectedWords(summary)} ${checked}`,
    };
  }
  const untrained = formatProblem(summary.format);
  if (warnings.lines === 0) {
    const nothing = 'nothing was found that you should look at.';
    return {
      tone: 'ok' as const,
      title: 'Ready',
      sentence: untrained
        ? `Every row is whole, and ${nothing} ${untrained} ${checked}`
        : `Every row can be trained on, and ${nothing} ${checked}`,
    };
  }
  const lines = Math.min(warnings.lines, Math.max(summary.rows + summary.validationRows, 1));
  // A row may have two problems, so the sum over kinds is the most it can be.
  const most = warnings.kinds > 1 ? 'Up to ' : '';
  return {
    tone: 'ok' as const,
    title: `Ready, with ${counted(warnings.kinds, 'warning')}`,
    sentence: `${untrained ?? 'Every usable row can be trained on.'} ${most}${counted(lines, 'row')} ${lines === 1 ? 'has' : 'have'} something you may want to change first; nothing has to be. ${checked}`,
  };
}

function rejectedWords(summary: CheckSummary): string {
  const { rows, usableRows } = summary;
  const canRepair = leftByAllCures(summary).every(({ severity }) => severity !== 'error');
  if (rows === 0) {
    return canRepair
      ? 'No row could be read yet. A repair asks for what is missing.'
      : 'No row could be read. Change the file, then upload it as a new version.';
  }
  const way = canRepair
    ? 'A repair mends or leaves out the rest.'
    : 'Change the file, then upload it as a new version.';
  return `${count(usableRows)} of ${counted(rows, 'row')} could be trained on. ${way}`;
}

/** What a version says of where it came from: `repaired from v2`, `uploaded`. */
export function originWords({ madeFrom }: DatasetVersion): string {
  return madeFrom ? `repaired from v${madeFrom.version}` : 'uploaded';
}

export const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const asSentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
