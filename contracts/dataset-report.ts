/** What a check or a repair left to be read, piece by piece: problems, rows, changes. */
import * as z from 'zod';
import { DatasetCure, RowChange } from './dataset-cures.ts';
import { DatasetFile, DatasetIssue } from './dataset-issues.ts';
import { CheckSummary, MadeFrom, versionPath } from './dataset-versions.ts';
import { operation } from './operation.ts';
import { Timestamp } from './values.ts';

export const getDatasetReport = operation({
  id: 'getDatasetReport',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets/{datasetId}/versions/{version}/report',
  summary: 'What the check found: each problem with its line and its cure.',
  pathParameters: versionPath,
  query: z.strictObject({
    code: z.string().max(50).optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
    offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  }),
  success: {
    status: 200,
    body: z.object({ summary: CheckSummary, issues: z.array(DatasetIssue), total: z.int().nonnegative() }),
  },
  problems: ['report-not-ready'],
});

export const getDatasetReportFile = operation({
  id: 'getDatasetReportFile',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets/{datasetId}/versions/{version}/report-file',
  summary: 'A short-lived URL of the whole report, `report.jsonl.gz`.',
  pathParameters: versionPath,
  success: { status: 200, body: z.object({ url: z.url(), expiresAt: Timestamp }) },
  problems: ['report-not-ready'],
});

/** One row as a conversation, whatever its format: what the trainer will see. */
export const PreviewRow = z.object({
  file: DatasetFile,
  line: z.int().positive(),
  /** Where the line begins. */
  byte: z.int().nonnegative().optional(),
  tokens: z.int().nonnegative().nullable(),
  messages: z.array(
    z.object({
      role: z.enum(['system', 'user', 'assistant', 'tool', 'text']),
      content: z.string(),
      learnt: z.boolean(),
      /** Tokens of this message with its marks, where they are counted exactly. */
      tokens: z.int().nonnegative().optional(),
      toolCalls: z.array(z.object({ name: z.string(), arguments: z.string() })).optional(),
      /** Of preference pairs: which of the two answers this is. */
      branch: z.enum(['chosen', 'rejected']).optional(),
    }),
  ),
  /** The line as it stands, cut to 4,000 characters, where it is no row. Shown as text only. */
  raw: z.string().optional(),
});
export type PreviewRow = z.infer<typeof PreviewRow>;

export const previewDataset = operation({
  id: 'previewDataset',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets/{datasetId}/versions/{version}/preview',
  summary: 'Rows of a checked version as conversations; `afterByte` pages through the file.',
  pathParameters: versionPath,
  query: z.strictObject({
    file: DatasetFile.default('data'),
    afterByte: z.coerce.number().int().min(0).default(0),
    /** The line number that `afterByte` begins with, echoed back in `next`. */
    line: z.coerce.number().int().min(1).default(1),
    limit: z.coerce.number().int().min(1).max(50).default(10),
  }),
  success: {
    status: 200,
    body: z.object({
      rows: z.array(PreviewRow),
      next: z.object({ afterByte: z.int(), line: z.int() }).optional(),
    }),
  },
  problems: ['report-not-ready'],
});

export const listDatasetChanges = operation({
  id: 'listDatasetChanges',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets/{datasetId}/versions/{version}/changes',
  summary: 'What a repair changed, row by row; the first 1,000 of each cure are kept.',
  pathParameters: versionPath,
  query: z.strictObject({
    cure: DatasetCure.optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  }),
  success: {
    status: 200,
    body: z.object({ madeFrom: MadeFrom, changes: z.array(RowChange), total: z.int().nonnegative() }),
  },
  problems: ['version-not-repaired', 'report-not-ready'],
});

export const datasetReportOperations = [
  getDatasetReport,
  getDatasetReportFile,
  previewDataset,
  listDatasetChanges,
];
