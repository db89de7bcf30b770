/** docs/datasets.md: the forms a row can have, the files they come in, and every problem with its cure. */
import { DATASET_CURES } from './dataset-cures.ts';
import type { DatasetFormat } from './dataset-format.ts';
import { DATASET_ISSUE_CODES, DATASET_ISSUES } from './dataset-issues.ts';
import { LIMITS, MEBIBYTE } from './limits.ts';

interface FormExample {
  format: DatasetFormat;
  title: string;
  /** What is peculiar to it, in a sentence or two. */
  about: string;
  rows: readonly object[];
}

/** An example of each form; the tests read every one of them with the check itself. */
export const FORM_EXAMPLES: readonly FormExample[] = [
  {
    format: 'chat',
    title: 'Chat messages',
    about:
      'Roles are `system` (or `developer`), `user`, `assistant` and `tool`. Every answer is learnt unless it has `"weight": 0`; what follows the last learnt answer is not used. Calls go into `tool_calls`, their results into `tool` messages with the id of the call, and `tools` says what may be called.',
    rows: [
      {
        messages: [
          { role: 'system', content: 'You answer briefly.' },
          { role: 'user', content: 'Where is Peru?' },
          { role: 'assistant', content: 'In Africa.', weight: 0 },
          { role: 'user', content: 'Are you sure?' },
          { role: 'assistant', content: 'No: in South America.', weight: 1 },
        ],
      },
      {
        messages: [
          { role: 'user', content: 'Is it warm in Lima?' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'call_1',
                type: 'function',
                function: { name: 'weather', arguments: '{"place":"Lima"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'call_1', content: '{"degrees":21}' },
          { role: 'assistant', content: 'Yes, 21 degrees.' },
        ],
        tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }],
      },
    ],
  },
  {
    format: 'prompt-completion',
    title: 'Prompt and completion',
    about: 'Both are text. The completion is learnt.',
    rows: [{ prompt: 'Where is Peru?', completion: 'In South America.' }],
  },
  {
    format: 'instruction',
    title: 'Instruction (Alpaca)',
    about:
      '`input` and `system` may be left out or empty; `input` goes below the instruction. The output is learnt.',
    rows: [{ instruction: 'Translate into French.', input: 'Good morning.', output: 'Bonjour.' }],
  },
  {
    format: 'preference',
    title: 'Preference pairs',
    about:
      'The better and the worse answer to one prompt: as text, as messages, as two conversations that begin alike, or as OpenAI writes them. The model learns to prefer the better one (DPO, beta 0.1), at a twentieth of the learning rate that answers take.',
    rows: [
      { prompt: 'Where is Peru?', chosen: 'In South America.', rejected: 'Far away.' },
      {
        chosen: [
          { role: 'user', content: 'Where is Peru?' },
          { role: 'assistant', content: 'In South America.' },
        ],
        rejected: [
          { role: 'user', content: 'Where is Peru?' },
          { role: 'assistant', content: 'Far away.' },
        ],
      },
      {
        input: { messages: [{ role: 'user', content: 'Where is Peru?' }] },
        preferred_output: [{ role: 'assistant', content: 'In South America.' }],
        non_preferred_output: [{ role: 'assistant', content: 'Far away.' }],
      },
    ],
  },
  {
    format: 'text',
    title: 'Plain text',
    about: 'All of it is learnt.',
    rows: [{ text: 'Peru lies in South America. Its capital is Lima.' }],
  },
  {
    format: 'sharegpt',
    title: 'ShareGPT',
    about:
      'Recognised, and converted to messages with one click: speakers such as `human`, `gpt`, `function_call` and `observation`, `system`, `tools` and `weight` are carried over.',
    rows: [
      {
        conversations: [
          { from: 'human', value: 'Where is Peru?' },
          { from: 'gpt', value: 'In South America.' },
        ],
      },
    ],
  },
];

const megabytes = (bytes: number): string => `${bytes / MEBIBYTE} MB`;

function codeTable(severity: 'error' | 'warning'): string[] {
  const codes = DATASET_ISSUE_CODES.filter((code) => DATASET_ISSUES[code].severity === severity);
  return [
    '| Code | What it means | What to do | A repair can |',
    '| --- | --- | --- | --- |',
    ...codes.map((code) => {
      const { title, cure, repairs } = DATASET_ISSUES[code];
      return `| \`${code}\` | ${title} | ${cure} | ${repairs.map((repair) => `\`${repair}\``).join(', ')} |`;
    }),
    '',
  ];
}

/** Markdown; tables and figures come from the contract, so that they stay true. */
export function datasetsDocument(): string {
  const lines = [
    '# Datasets',
    '',
    'Generated from `contracts/` by `npm run generate`.',
    '',
    `A training file has up to ${megabytes(LIMITS.datasetBytes)} and a validation file beside it up to ${megabytes(LIMITS.validationBytes)}; at least ${LIMITS.datasetMinimumRows} rows can be used, and from ${LIMITS.datasetFewRows} on it is not told that there are few. All rows of both files have one form, told by their fields. \`npm run check-dataset -- FILE\` says here what the platform says there.`,
    '',
    '## Files',
    '',
    `JSON Lines is read as it is: UTF-8, one object a line, a line of at most ${megabytes(LIMITS.datasetLineBytes)} and ${LIMITS.datasetLineDepth} levels. A JSON array, CSV, TSV and Parquet are converted on the way in; of a table, columns with the names below are taken, or those you name. Any of them may be packed with gzip.`,
    '',
    '## Forms of a row',
    '',
    'A field that is `null` counts as left out. Fields that are not named here are not used and are told as `unknown-field`.',
    '',
  ];
  for (const { title, about, rows } of FORM_EXAMPLES) {
    lines.push(
      `### ${title}`,
      '',
      about,
      '',
      '```json',
      ...rows.map((row) => JSON.stringify(row)),
      '```',
      '',
    );
  }
  lines.push(
    '## Problems',
    '',
    'An error keeps a version from being trained on; a warning does not. Each is told with its line, its place in the row and what was found there.',
    '',
    '### Errors',
    '',
    ...codeTable('error'),
    '### Warnings',
    '',
    ...codeTable('warning'),
    '## Repairs',
    '',
    'A repair makes a new version; the old one stays.',
    '',
    '| Repair | What it does |',
    '| --- | --- |',
    ...Object.entries(DATASET_CURES).map(
      ([cure, { title, effect }]) => `| \`${cure}\` | ${title}. ${effect} |`,
    ),
    '',
    '## What is not seen',
    '',
    'Whether an answer is right. A cut at the end of a sentence. A cut anywhere else, in an answer of one sentence, in a file with fewer than a hundred sentences, and behind a word that sentences of this file often end with where many answers of it have no full stop: which words those are, and how many answers are left open, is learnt from the file itself. Refusals in languages other than English, German, French, Spanish and Chinese, and long ones. Text whose bytes were read as something else than Latin-1 or Windows-1252; as Windows-1251 or Mac Roman it is seen of Latin and Cyrillic letters, Chinese and Japanese, seldom of others. A near copy of a row that is made of runs of words which one row in 64 has. A language where a row has fewer than a dozen letters, or of Latin letters less than a line that fits several.',
  );
  return `${lines.join('\n')}\n`;
}
