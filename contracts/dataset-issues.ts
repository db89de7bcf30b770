/** The closed list of what a dataset check can find: severity, what it means and the cure, once. */
import * as z from 'zod';

export const DATASET_ISSUES = {
  'empty-file': {
    severity: 'error',
    title: 'The file is empty',
    cure: 'Upload a file with one JSON object a line.',
  },
  'not-text': {
    severity: 'error',
    title: 'This is not a text file',
    cure: 'Unpack archives and export spreadsheets first: one JSON object a line, in UTF-8.',
  },
  'not-utf8': { severity: 'error', title: 'The line is not valid UTF-8', cure: 'Save the file as UTF-8.' },
  'line-too-long': {
    severity: 'error',
    title: 'The line is longer than 1 MB',
    cure: 'Put one example on each line; split very long ones.',
  },
  'not-json': { severity: 'error', title: 'The line is not valid JSON', cure: 'Repair or remove the line.' },
  'not-an-object': {
    severity: 'error',
    title: 'The line is JSON but not an object',
    cure: 'Each line is one object such as {"messages": […]}.',
  },
  'too-deep': { severity: 'error', title: 'The line is nested too deeply', cure: 'Flatten the object.' },
  'unknown-format': {
    severity: 'error',
    title: 'The row has none of the known forms',
    cure: 'Use messages, prompt and completion, instruction and output, or text.',
  },
  'mixed-formats': {
    severity: 'error',
    title: 'The row has another form than the first row',
    cure: 'Use one form in the whole file.',
  },
  'missing-field': { severity: 'error', title: 'A field is missing', cure: 'Add the field.' },
  'wrong-type': {
    severity: 'error',
    title: 'A field has the wrong type',
    cure: 'Use text, not a number, list or null.',
  },
  'unknown-role': {
    severity: 'error',
    title: 'A message has an unknown role',
    cure: 'Roles are system, user, assistant and tool.',
  },
  'no-answer': {
    severity: 'error',
    title: 'There is nothing to learn from',
    cure: 'Each row needs at least one assistant message, completion or output that is not empty.',
  },
  'too-few-rows': {
    severity: 'error',
    title: 'There are too few usable rows',
    cure: 'Add rows: at least 10, better 200 or more.',
  },
  'in-both-files': {
    severity: 'error',
    title: 'The validation row also stands in the training file',
    cure: 'Remove it from one of the two files, or the result proves nothing.',
  },
  'duplicate-row': {
    severity: 'warning',
    title: 'The row repeats an earlier row',
    cure: 'Remove it: repeated rows are learnt by heart.',
  },
  'conflicting-answers': {
    severity: 'warning',
    title: 'The same prompt has another answer elsewhere',
    cure: 'Keep the answer you want.',
  },
  'over-context': {
    severity: 'warning',
    title: 'The row is longer than the model’s context',
    cure: 'Shorten it: what is beyond the limit is cut at training.',
  },
  'empty-message': {
    severity: 'warning',
    title: 'A message is empty',
    cure: 'Remove the message or fill it.',
  },
  'blank-line': { severity: 'warning', title: 'The line is blank', cure: 'Remove it; it is skipped.' },
  'unknown-field': {
    severity: 'warning',
    title: 'A field is not used in training',
    cure: 'Remove it or ignore this.',
  },
  'possible-secret': {
    severity: 'warning',
    title: 'This looks like a secret',
    cure: 'Replace it and revoke it: models repeat what they have read.',
  },
  'possible-personal-data': {
    severity: 'warning',
    title: 'This looks like personal data',
    cure: 'Replace it unless you may use it.',
  },
} as const satisfies Record<string, { severity: 'error' | 'warning'; title: string; cure: string }>;

export type DatasetIssueCode = keyof typeof DATASET_ISSUES;
const DATASET_ISSUE_CODES = Object.keys(DATASET_ISSUES) as [DatasetIssueCode, ...DatasetIssueCode[]];

export const DatasetFile = z.enum(['data', 'validation']);
export type DatasetFile = z.infer<typeof DatasetFile>;

/** One finding. `line` counts from 1 and is absent where the whole file is meant. */
export const DatasetIssue = z.object({
  code: z.enum(DATASET_ISSUE_CODES),
  severity: z.enum(['error', 'warning']),
  file: DatasetFile,
  line: z.int().positive().optional(),
  /** Where in the row, as in `messages.1.content`. */
  path: z.string().optional(),
  /** What was found, cut to 200 characters, secrets masked. Shown as text only. */
  found: z.string().max(300),
  cure: z.string(),
});
export type DatasetIssue = z.infer<typeof DatasetIssue>;

export const DatasetIssueCount = z.object({
  code: z.enum(DATASET_ISSUE_CODES),
  severity: z.enum(['error', 'warning']),
  count: z.int().positive(),
  firstLine: z.int().positive().optional(),
  file: DatasetFile,
});
export type DatasetIssueCount = z.infer<typeof DatasetIssueCount>;
