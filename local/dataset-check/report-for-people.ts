/** The report as it is read: the verdict first, then the facts, the problems with their cure, the tokens, the costs. */
import { DATASET_CURES } from '../../contracts/dataset-cures.ts';
import { DATASET_ISSUES, type DatasetIssue, type DatasetIssueCount } from '../../contracts/dataset-issues.ts';
import type { CheckSummary, DatasetContainer, TokenCount } from '../../contracts/dataset-versions.ts';
import type { CheckedFiles } from './check-files.ts';
import { costsForPeople } from './costs-for-people.ts';
import type { CheckOptions } from './options.ts';
import type { Style } from './terminal.ts';
import { amount, counted, duration, megabytes, share } from './words.ts';

const CONTAINERS: Record<DatasetContainer, string> = {
  jsonl: 'JSON Lines',
  'json-array': 'a JSON array',
  csv: 'CSV',
  tsv: 'TSV',
  parquet: 'Parquet',
};

/** Of each problem so many lines are shown; `--json` has all. */
const LINES_SHOWN = 3;
const FOUND_SHOWN = 100;
const BAR_WIDTH = 40;

export function reportForPeople(checked: CheckedFiles, options: CheckOptions, style: Style): string {
  const { summary, issues, seconds, rowBytes } = checked;
  const sections = [
    verdict(checked, options, style),
    facts(checked, style),
    problems('error', summary, issues, style),
    problems('warning', summary, issues, style),
    summary.tokens ? histogram(summary.tokens, style) : [],
    costsForPeople(checked, options, style),
    [
      style.faint(
        `Checked in ${duration(seconds)}${rowBytes > 1e6 ? `, ${amount(rowBytes / 1e6 / seconds)} MB/s` : ''}. Every issue with its line: --json.`,
      ),
    ],
  ];
  return `\n${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n'))
    .join('\n\n')}\n\n`;
}

function verdict({ summary }: CheckedFiles, { file }: CheckOptions, style: Style): string[] {
  const of = (severity: 'error' | 'warning') =>
    summary.issues.filter((each) => each.severity === severity).reduce((sum, { count }) => sum + count, 0);
  const errors = counted(of('error'), 'error');
  const warnings = counted(of('warning'), 'warning');
  const said = {
    ready: style.good('Ready') + ': nothing was found that speaks against it.',
    'ready-with-warnings': `${style.warning('Ready, with warnings')}: it can be trained; look at ${warnings}.`,
    rejected: `${style.bad('Rejected')}: ${errors}${of('warning') > 0 ? ` and ${warnings}` : ''}.`,
  };
  return [style.bold(file), said[summary.verdict]];
}

function facts({ summary, container, bytes }: CheckedFiles, style: Style): string[] {
  const { format, rows, usableRows, validationRows, tokens, mix } = summary;
  const lines: [string, string][] = [];
  const kind = container
    ? `${CONTAINERS[container.container]}${container.gzip ? ' in gzip' : ''}`
    : 'nothing with rows';
  lines.push(['file', `${kind}, ${megabytes(bytes)}`]);
  if (format) lines.push(['format', format]);
  if (rows > 0) {
    lines.push([
      'rows',
      `${amount(rows)}${usableRows < rows ? `, of which ${amount(usableRows)} can be trained on` : ''}`,
    ]);
  }
  if (validationRows > 0) lines.push(['validation', counted(validationRows, 'row')]);
  if (tokens) lines.push(...tokenFacts(tokens));
  if (mix && mix.languages.length > 0) {
    const told = mix.languages.slice(0, 5).map((each) => `${each.language} ${share(each.share)}`);
    lines.push(['languages', `${told.join(', ')} (of a sample)`]);
  }
  if (mix && mix.toolRows > 0) lines.push(['tools', counted(mix.toolRows, 'row')]);
  if (mix && mix.weightedRows > 0) lines.push(['weights', counted(mix.weightedRows, 'row')]);
  return lines.map(([name, value]) => `${style.faint(name.padEnd(13))}${value}`);
}

const METHODS: Record<TokenCount['method'], string> = {
  exact: 'counted exactly',
  sampled: 'scaled up from a sample',
  'by-length': 'estimated from the length: its tokenizer is not at hand',
};

function tokenFacts(tokens: TokenCount): [string, string][] {
  const { total, trained, tokenizer, method, median, p95, longestRow, contextLength } = tokens;
  const lines: [string, string][] = [
    ['tokens', `${amount(total)}, of which ${amount(trained)} are learnt (${tokenizer}, ${METHODS[method]})`],
    [
      'row lengths',
      `half have at most ${amount(median ?? 0)} tokens, 19 of 20 at most ${amount(p95 ?? 0)}, the longest ${amount(longestRow)}`,
    ],
  ];
  if (tokens.rowsOverContext > 0) {
    lines.push([
      'over context',
      `${counted(tokens.rowsOverContext, 'row')} of more than ${amount(contextLength)} tokens: ${counted(tokens.tokensCut ?? 0, 'token')} would be cut, ${counted(tokens.answersCut ?? 0, 'answer')} would break off`,
    ]);
  }
  return lines;
}

const FILES = { data: '', validation: ' in the validation file' } as const;

function problems(
  severity: 'error' | 'warning',
  summary: CheckSummary,
  issues: readonly DatasetIssue[],
  style: Style,
): string[] {
  const groups = summary.issues.filter((group) => group.severity === severity);
  if (groups.length === 0) return [];
  const colour = severity === 'error' ? style.bad : style.warning;
  return [
    style.bold(severity === 'error' ? 'Errors' : 'Warnings'),
    ...groups.flatMap((group) => ['', ...problem(group, issues, colour, style)]),
  ];
}

function problem(
  { code, file, count, rows }: DatasetIssueCount,
  issues: readonly DatasetIssue[],
  colour: (text: string) => string,
  style: Style,
): string[] {
  const { title, cure, repairs } = DATASET_ISSUES[code];
  const often =
    count > 1
      ? ` × ${amount(count)}${rows !== undefined && rows < count ? ` in ${counted(rows, 'row')}` : ''}`
      : '';
  const shown = issues.filter((issue) => issue.code === code && issue.file === file).slice(0, LINES_SHOWN);
  const more = count - shown.length;
  return [
    `${colour(title)}${FILES[file]}${often}  ${style.faint(code)}`,
    ...shown.map((issue) => `  ${placeOf(issue)}${cut(issue.found)}`),
    ...(more > 0 ? [style.faint(`  and ${amount(more)} more`)] : []),
    `  ${cure}`,
    ...(repairs.length > 0
      ? [style.faint(`  A repair can: ${repairs.map((repair) => DATASET_CURES[repair].title).join('; ')}.`)]
      : []),
  ];
}

function placeOf({ line, column, path }: DatasetIssue): string {
  if (line === undefined) return '';
  const within = path ?? (column === undefined ? '' : `column ${column}`);
  return `line ${line}${within === '' ? '' : `, ${within}`}: `;
}

const cut = (found: string): string =>
  found.length > FOUND_SHOWN ? `${found.slice(0, FOUND_SHOWN - 1).toWellFormed()}…` : found;

function histogram({ histogram: bins, tokenizer }: TokenCount, style: Style): string[] {
  const most = Math.max(...bins.map(({ rows }) => rows));
  if (!(most > 0)) return [];
  const label = ({ from, to }: (typeof bins)[number]) =>
    to === null ? `over ${amount(from - 1)}` : `${amount(from)}–${amount(to)}`;
  const width = Math.max(...bins.map((bin) => label(bin).length));
  return [
    style.bold(`Tokens of a row (${tokenizer})`),
    '',
    ...bins.map((bin) => {
      const length = Math.round((bin.rows / most) * BAR_WIDTH);
      const bar = bin.rows > 0 ? '█'.repeat(Math.max(1, length)) : '';
      return `${label(bin).padStart(width)}  ${bar.padEnd(BAR_WIDTH)} ${amount(bin.rows)}`;
    }),
  ];
}
