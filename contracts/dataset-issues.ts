/** The closed list of what a dataset check can find: severity, what it means and the cure, once. */
import * as z from 'zod';
import type { DatasetCure } from './dataset-cures.ts';

interface IssueKind {
  severity: 'error' | 'warning';
  title: string;
  /** What a person does about it, in a sentence. */
  cure: string;
  /** What a repair can do about it, the usual one first. */
  repairs: readonly DatasetCure[];
}

const DROP = ['drop-broken-rows'] as const;

/**
 * The codes by themselves: who only reads a version's summary has no use for eight kilobytes of titles and cures, and a
 * list that was made from the table below would bring them along.
 */
export const DATASET_ISSUE_CODES = [
  'empty-file',
  'not-text',
  'container-broken',
  'container-too-large',
  'columns-unknown',
  'sharegpt-rows',
  'not-utf8',
  'line-too-long',
  'not-json',
  'not-an-object',
  'too-deep',
  'unknown-format',
  'mixed-formats',
  'missing-field',
  'wrong-type',
  'unknown-role',
  'bad-weight',
  'bad-tool-call',
  'lone-surrogate',
  'no-answer',
  'equal-pair',
  'too-few-rows',
  'in-both-files',
  'near-in-both-files',
  'duplicate-row',
  'near-duplicate',
  'conflicting-answers',
  'over-context',
  'truncated-answer',
  'refusal',
  'template-token',
  'mojibake',
  'control-characters',
  'role-order',
  'ends-without-answer',
  'unmatched-tool-call',
  'empty-message',
  'blank-line',
  'unknown-field',
  'extreme-length',
  'few-rows',
  'possible-secret',
  'possible-personal-data',
] as const;
export type DatasetIssueCode = (typeof DATASET_ISSUE_CODES)[number];

export const DATASET_ISSUES = {
  'empty-file': {
    severity: 'error',
    title: 'The file is empty',
    cure: 'Upload a file with one JSON object a line.',
    repairs: [],
  },
  'not-text': {
    severity: 'error',
    title: 'This file cannot be read as rows',
    cure: 'Upload JSON Lines, a JSON array, CSV, TSV or Parquet, in UTF-8 where it is text; gzip is fine.',
    repairs: [],
  },
  'container-broken': {
    severity: 'error',
    title: 'The file cannot be read to its end',
    cure: 'Write or download the file again, then upload it.',
    repairs: [],
  },
  'container-too-large': {
    severity: 'error',
    title: 'The file unpacks to more than a dataset may have',
    cure: 'Split it, or write it with smaller row groups.',
    repairs: [],
  },
  'columns-unknown': {
    severity: 'error',
    title: 'It is not clear which columns to train on',
    cure: 'Say which column is the prompt and which the answer.',
    repairs: ['map-columns'],
  },
  'sharegpt-rows': {
    severity: 'error',
    title: 'These are ShareGPT conversations',
    cure: 'Convert them to messages: one click.',
    repairs: ['convert-to-messages'],
  },
  'not-utf8': {
    severity: 'error',
    title: 'The line is not valid UTF-8',
    cure: 'Save the file as UTF-8.',
    repairs: DROP,
  },
  'line-too-long': {
    severity: 'error',
    title: 'The line is longer than 1 MB',
    cure: 'Put one example on each line; split very long ones.',
    repairs: DROP,
  },
  'not-json': {
    severity: 'error',
    title: 'The line is not valid JSON',
    cure: 'Repair or remove the line.',
    repairs: DROP,
  },
  'not-an-object': {
    severity: 'error',
    title: 'The line is JSON but not an object',
    cure: 'Each line is one object such as {"messages": […]}.',
    repairs: DROP,
  },
  'too-deep': {
    severity: 'error',
    title: 'The line is nested too deeply',
    cure: 'Flatten the object.',
    repairs: DROP,
  },
  'unknown-format': {
    severity: 'error',
    title: 'The row has none of the known forms',
    cure: 'Use messages, prompt and completion, instruction and output, prompt with chosen and rejected, or text.',
    repairs: DROP,
  },
  'mixed-formats': {
    severity: 'error',
    title: 'The row has another form than the first row',
    cure: 'Use one form in the whole file, or convert all rows to messages.',
    repairs: ['convert-to-messages', 'drop-broken-rows'],
  },
  'missing-field': {
    severity: 'error',
    title: 'A field is missing',
    cure: 'Add the field.',
    repairs: DROP,
  },
  'wrong-type': {
    severity: 'error',
    title: 'A field has the wrong type',
    cure: 'Use text, not a number, list or null.',
    repairs: DROP,
  },
  'unknown-role': {
    severity: 'error',
    title: 'A message has an unknown role',
    cure: 'Roles are system, user, assistant and tool.',
    repairs: DROP,
  },
  'bad-weight': {
    severity: 'error',
    title: 'A message has a weight that is neither 0 nor 1',
    cure: 'Use 1 for an answer to learn from and 0 for one to pass over, on assistant messages only.',
    repairs: DROP,
  },
  'bad-tool-call': {
    severity: 'error',
    title: 'A tool call cannot be read',
    cure: 'Each call has a function with a name and its arguments as a JSON object.',
    repairs: DROP,
  },
  'lone-surrogate': {
    severity: 'error',
    title: 'The text holds half a character',
    cure: 'An escape such as \\ud83d misses its other half: write the whole character.',
    repairs: ['fix-text', 'drop-broken-rows'],
  },
  'no-answer': {
    severity: 'error',
    title: 'There is nothing to learn from',
    cure: 'Each row needs at least one assistant message, completion or output that is not empty.',
    repairs: DROP,
  },
  'equal-pair': {
    severity: 'error',
    title: 'The chosen and the rejected answer are the same',
    cure: 'A preference pair needs two different answers.',
    repairs: DROP,
  },
  'too-few-rows': {
    severity: 'error',
    title: 'There are too few usable rows',
    cure: 'Add rows: at least 10, better 200 or more.',
    repairs: [],
  },
  'in-both-files': {
    severity: 'error',
    title: 'The validation row also stands in the training file',
    cure: 'Remove it from one of the two files, or the result proves nothing.',
    repairs: ['drop-shared-rows'],
  },
  'near-in-both-files': {
    severity: 'warning',
    title: 'The validation row is nearly the same as a training row',
    cure: 'Remove it from one of the two files: what is measured would have been seen in training.',
    repairs: ['drop-shared-rows'],
  },
  'duplicate-row': {
    severity: 'warning',
    title: 'The row repeats an earlier row',
    cure: 'Remove it: repeated rows are learnt by heart.',
    repairs: ['drop-duplicates'],
  },
  'near-duplicate': {
    severity: 'warning',
    title: 'The row is nearly the same as an earlier row',
    cure: 'Keep the better one: what is repeated weighs more than the rest.',
    repairs: ['drop-near-duplicates'],
  },
  'conflicting-answers': {
    severity: 'warning',
    title: 'The same prompt has another answer elsewhere',
    cure: 'Keep the answer you want.',
    repairs: ['keep-first-answer'],
  },
  'over-context': {
    severity: 'warning',
    title: 'The row is longer than the model’s context',
    cure: 'Shorten it: what is beyond the limit is cut at training.',
    repairs: ['shorten-long-rows', 'drop-long-rows'],
  },
  'truncated-answer': {
    severity: 'warning',
    title: 'The answer seems to end in the middle',
    cure: 'Complete or remove it: the model learns to stop there too.',
    repairs: ['drop-cut-answers'],
  },
  refusal: {
    severity: 'warning',
    title: 'The answer is a boilerplate refusal',
    cure: 'Remove it unless the model is to refuse here.',
    repairs: ['drop-refusals'],
  },
  'template-token': {
    severity: 'warning',
    title: 'The text holds marks of a chat template',
    cure: 'Remove them: the trainer adds the marks of the model itself.',
    repairs: ['remove-template-tokens'],
  },
  mojibake: {
    severity: 'warning',
    title: 'The text was decoded wrongly',
    cure: 'Export it again as UTF-8, or let a repair decode it.',
    repairs: ['fix-text'],
  },
  'control-characters': {
    severity: 'warning',
    title: 'The text holds control characters',
    cure: 'Remove them unless they are meant.',
    repairs: ['fix-text'],
  },
  'role-order': {
    severity: 'warning',
    title: 'The turns come in an unusual order',
    cure: 'A conversation starts with system or user, and user and assistant take turns.',
    repairs: [],
  },
  'ends-without-answer': {
    severity: 'warning',
    title: 'The conversation does not end with an answer',
    cure: 'What follows the last answer is not learnt from; remove it or add the answer.',
    repairs: ['tidy-rows'],
  },
  'unmatched-tool-call': {
    severity: 'warning',
    title: 'A tool call and its result do not belong together',
    cure: 'Give each result the tool_call_id of a call before it.',
    repairs: [],
  },
  'empty-message': {
    severity: 'warning',
    title: 'A message is empty',
    cure: 'Remove the message or fill it.',
    repairs: ['tidy-rows'],
  },
  'blank-line': {
    severity: 'warning',
    title: 'The line is blank',
    cure: 'Remove it; it is skipped.',
    repairs: ['tidy-rows'],
  },
  'unknown-field': {
    severity: 'warning',
    title: 'A field is not used in training',
    cure: 'Remove it or ignore this.',
    repairs: ['tidy-rows'],
  },
  'extreme-length': {
    severity: 'warning',
    title: 'The row is far longer than the others',
    cure: 'Look at it: it may be several examples in one, or a paste.',
    repairs: [],
  },
  'few-rows': {
    severity: 'warning',
    title: 'There are few rows',
    cure: 'It can be trained; 200 rows or more teach more reliably.',
    repairs: [],
  },
  'possible-secret': {
    severity: 'warning',
    title: 'This looks like a secret',
    cure: 'Replace it and revoke it: models repeat what they have read.',
    repairs: ['mask-secrets'],
  },
  'possible-personal-data': {
    severity: 'warning',
    title: 'This looks like personal data',
    cure: 'Replace it unless you may use it.',
    repairs: ['mask-personal-data'],
  },
} as const satisfies Record<DatasetIssueCode, IssueKind>;

/** What a finding of `possible-secret` or `possible-personal-data` is, in a person's words. */
export const SENSITIVE_KINDS = {
  'cloud-key': { code: 'possible-secret', word: 'cloud key' },
  'code-host-token': { code: 'possible-secret', word: 'code-host token' },
  'private-key': { code: 'possible-secret', word: 'private key' },
  'signed-token': { code: 'possible-secret', word: 'signed token (JWT)' },
  'service-token': { code: 'possible-secret', word: 'service token' },
  'password-in-url': { code: 'possible-secret', word: 'password in an address' },
  email: { code: 'possible-personal-data', word: 'e-mail address' },
  phone: { code: 'possible-personal-data', word: 'phone number' },
  'card-number': { code: 'possible-personal-data', word: 'card number' },
  iban: { code: 'possible-personal-data', word: 'bank account (IBAN)' },
  'national-id': { code: 'possible-personal-data', word: 'national identity number' },
} as const satisfies Record<string, { code: 'possible-secret' | 'possible-personal-data'; word: string }>;
export type SensitiveKind = keyof typeof SENSITIVE_KINDS;
const SensitiveKindName = z.enum(Object.keys(SENSITIVE_KINDS) as [SensitiveKind, ...SensitiveKind[]]);

export const DatasetFile = z.enum(['data', 'validation']);
export type DatasetFile = z.infer<typeof DatasetFile>;

/** One finding. `line` counts from 1 and is absent where the whole file is meant. */
export const DatasetIssue = z.object({
  code: z.enum(DATASET_ISSUE_CODES),
  severity: z.enum(['error', 'warning']),
  file: DatasetFile,
  line: z.int().positive().optional(),
  /** Where the line begins in the file that was checked: what the preview takes as `afterByte`. */
  byte: z.int().nonnegative().optional(),
  /** Character of the line, from 1, where one place is meant. */
  column: z.int().positive().optional(),
  /** Where in the row, as in `messages.1.content`. */
  path: z.string().optional(),
  /** The earlier line that this one repeats, nearly repeats or contradicts. */
  otherLine: z.int().positive().optional(),
  /** What was found, cut to 200 characters, secrets masked. Shown as text only. */
  found: z.string().max(300),
  /** Of secrets and personal data: what it seems to be. */
  kind: SensitiveKindName.optional(),
  /** Of `columns-unknown`: the table's columns, to choose from. */
  columns: z.array(z.string().max(200)).max(200).optional(),
  cure: z.string(),
});
export type DatasetIssue = z.infer<typeof DatasetIssue>;

export const DatasetIssueCount = z.object({
  code: z.enum(DATASET_ISSUE_CODES),
  severity: z.enum(['error', 'warning']),
  count: z.int().positive(),
  firstLine: z.int().positive().optional(),
  file: DatasetFile,
  /** Rows that have it at least once. */
  rows: z.int().nonnegative().optional(),
  /** Of secrets and personal data: how many of each kind. */
  kinds: z.partialRecord(SensitiveKindName, z.int().positive()).optional(),
});
export type DatasetIssueCount = z.infer<typeof DatasetIssueCount>;
