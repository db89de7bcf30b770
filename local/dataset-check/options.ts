/** What `npm run check-dataset` can be told. */
import { parseArgs } from 'node:util';
import { ColumnMapping, ROW_FIELDS } from '../../contracts/dataset-cures.ts';
import { BASE_MODELS, type CatalogBaseModel } from '../../lambdas/catalog/base-models.ts';
import { UnreadableProblem } from './unreadable-problem.ts';

export interface CheckOptions {
  file: string;
  validation: string | undefined;
  json: boolean;
  baseModel: CatalogBaseModel;
  columns: ColumnMapping | undefined;
}

/** Tokens are shown in the words of this one unless another is named: the usual choice, with a context that is long. */
const USUAL_MODEL = 'meta-llama/Llama-3.1-8B-Instruct';

export const HELP = `npm run check-dataset -- FILE [options]

Checks a dataset as BrightRun does after an upload, without a cloud: JSON Lines, a JSON array, CSV, TSV or Parquet, also
inside gzip. Ends with 0 where it is accepted, 1 where it is rejected, 2 where it could not be read.

  --validation FILE   a second file to measure with, checked against the first
  --json              one JSON document with every issue in it (npm run --silent keeps npm's own lines out)
  --base-model ID     whose tokens are shown and what is priced (${USUAL_MODEL})
                      ${BASE_MODELS.map(({ id }) => id).join('\n                      ')}
  --columns MAPPING   for tables, as in prompt=Question,completion=Answer; the fields are
                      ${ROW_FIELDS.join(', ')}
  --help
`;

/** Throws a sentence for what is unknown or does not fit; undefined when help was asked for. */
export function readOptions(parameters: string[]): CheckOptions | undefined {
  const { values, positionals } = parse(parameters);
  if (values.help) return undefined;
  const [file, ...more] = positionals;
  if (file === undefined || file === '') {
    throw new UnreadableProblem('Name the file: npm run check-dataset -- FILE. See --help.');
  }
  if (more.length > 0) {
    throw new UnreadableProblem(
      `One file at a time, not also ${more.join(' ')}. A second one to measure with is --validation FILE.`,
    );
  }
  const id = values['base-model'] ?? USUAL_MODEL;
  const baseModel = BASE_MODELS.find((known) => known.id === id);
  if (!baseModel) {
    throw new UnreadableProblem(
      `There is no base model ${id}; there are ${BASE_MODELS.map((known) => known.id).join(', ')}.`,
    );
  }
  return {
    file,
    validation: values.validation,
    json: values.json === true,
    baseModel,
    columns: values.columns === undefined ? undefined : columnsOf(values.columns),
  };
}

function parse(parameters: string[]) {
  try {
    return parseArgs({
      args: parameters,
      strict: true,
      allowPositionals: true,
      options: {
        validation: { type: 'string' },
        json: { type: 'boolean' },
        'base-model': { type: 'string' },
        columns: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new UnreadableProblem(`${why.replace(/\.$/, '')}. See --help.`);
  }
}

/** Columns whose names have a comma are named in a `--columns` of their own. */
function columnsOf(mappings: string[]): ColumnMapping {
  const pairs = mappings.flatMap((mapping) =>
    mapping.split(/,(?=[^,=]*=)/).map((pair): [string, string] => {
      const at = pair.indexOf('=');
      if (at < 0) {
        throw new UnreadableProblem(`--columns is field=Column, as in prompt=Question, not "${pair}".`);
      }
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
  const unknown = pairs.find(([field]) => !ROW_FIELDS.some((known) => known === field));
  if (unknown) {
    throw new UnreadableProblem(
      `--columns knows no field ${unknown[0]}; there are ${ROW_FIELDS.join(', ')}.`,
    );
  }
  const columns = ColumnMapping.safeParse(Object.fromEntries(pairs));
  if (!columns.success)
    throw new UnreadableProblem('--columns names an empty column, or one that is too long.');
  return columns.data;
}
