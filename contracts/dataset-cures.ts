/** The closed list of what a repair can do to a dataset's rows. A repair makes a new version; the old one stays. */
import * as z from 'zod';

/** By themselves, so that who only stores an order has not its words as well. */
export const DATASET_CURE_IDS = [
  'convert-to-messages',
  'map-columns',
  'drop-broken-rows',
  'tidy-rows',
  'drop-duplicates',
  'drop-near-duplicates',
  'keep-first-answer',
  'drop-shared-rows',
  'mask-secrets',
  'mask-personal-data',
  'shorten-long-rows',
  'drop-long-rows',
  'fix-text',
  'remove-template-tokens',
  'drop-refusals',
  'drop-cut-answers',
] as const;
export const DatasetCure = z.enum(DATASET_CURE_IDS);
export type DatasetCure = z.infer<typeof DatasetCure>;

export const DATASET_CURES = {
  'convert-to-messages': {
    title: 'Convert every row to messages',
    effect: 'ShareGPT and every other conversational form becomes {"messages": […]}.',
  },
  'map-columns': {
    title: 'Take the fields from the columns you name',
    effect: 'Each line of the table becomes a row with the fields you chose.',
  },
  'drop-broken-rows': {
    title: 'Remove rows that cannot be trained on',
    effect: 'Every row with an error is left out.',
  },
  'tidy-rows': {
    title: 'Tidy rows',
    effect: 'Blank lines, empty messages, turns after the last answer and unused fields are left out.',
  },
  'drop-duplicates': { title: 'Remove repeated rows', effect: 'The first of each is kept.' },
  'drop-near-duplicates': { title: 'Remove nearly equal rows', effect: 'The first of each group is kept.' },
  'keep-first-answer': {
    title: 'Keep one answer for each prompt',
    effect: 'Of rows that ask the same and answer differently, the first is kept.',
  },
  'drop-shared-rows': {
    title: 'Remove training rows that also stand in the validation file',
    effect: 'The validation file stays as it is.',
  },
  'mask-secrets': {
    title: 'Replace secrets with [redacted]',
    effect: 'Only the secret is replaced; the row stays.',
  },
  'mask-personal-data': {
    title: 'Replace personal data with placeholders',
    effect: 'As in [email] or [phone]; the row stays.',
  },
  'shorten-long-rows': {
    title: 'Drop the oldest turns until the row fits',
    effect: 'The system message and the last answer stay whole; a row that still does not fit is left out.',
  },
  'drop-long-rows': { title: 'Remove rows longer than the context', effect: 'They are left out whole.' },
  'fix-text': {
    title: 'Repair garbled characters',
    effect: 'Text that was decoded wrongly is decoded again; control characters are left out.',
  },
  'remove-template-tokens': {
    title: 'Remove chat-template tokens',
    effect: 'Marks such as <|im_start|> are taken out of the text.',
  },
  'drop-refusals': { title: 'Remove refusals', effect: 'Rows whose answer is a boilerplate refusal go.' },
  'drop-cut-answers': {
    title: 'Remove rows with cut answers',
    effect: 'Rows whose answer ends in the middle go.',
  },
} as const satisfies Record<DatasetCure, { title: string; effect: string }>;

/** The fields a table's columns can become, in the words of the formats. */
export const ROW_FIELDS = [
  'prompt',
  'completion',
  'instruction',
  'input',
  'output',
  'system',
  'text',
  'messages',
  'chosen',
  'rejected',
] as const;

/** Field of a row → the table's column it is taken from, as in `{"prompt": "Question", "completion": "Reply"}`. */
export const ColumnMapping = z
  .partialRecord(z.enum(ROW_FIELDS), z.string().min(1).max(200))
  .refine((columns) => Object.keys(columns).length > 0, 'at least one column');
export type ColumnMapping = z.infer<typeof ColumnMapping>;

/** What a repair is told to do. */
export const RepairOrder = z.strictObject({
  cures: z
    .array(DatasetCure)
    .min(1)
    .max(DATASET_CURE_IDS.length)
    .refine((cures) => new Set(cures).size === cures.length, 'each cure once'),
  /** For `map-columns`. */
  columns: ColumnMapping.optional(),
  /** For the two cures of long rows; left out, the context length the version was checked with. */
  maxTokens: z.int().min(16).max(1_048_576).optional(),
});
export type RepairOrder = z.infer<typeof RepairOrder>;

/** How many rows each cure changed or left out. */
export const CureCount = z.object({
  cure: DatasetCure,
  changed: z.int().nonnegative(),
  removed: z.int().nonnegative(),
});
export type CureCount = z.infer<typeof CureCount>;

/** One row that a repair changed: as it was and as it is, cut to what a page can show. Shown as text only. */
export const RowChange = z.object({
  cures: z.array(DatasetCure).min(1),
  file: z.enum(['data', 'validation']),
  /** In the version that was repaired. */
  line: z.int().positive(),
  /** In the new version; absent where the row was left out. */
  newLine: z.int().positive().optional(),
  before: z.string().max(2000),
  /** Absent where the row was left out. */
  after: z.string().max(2000).optional(),
  /** Whether `before` or `after` was cut to fit. */
  cut: z.boolean(),
});
export type RowChange = z.infer<typeof RowChange>;
