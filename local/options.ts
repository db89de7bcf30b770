/** What `npm start` can be told, by flag or by environment; a flag wins. */
import { parseArgs } from 'node:util';
import { StartProblem } from './start-problem.ts';

export interface StartOptions {
  once: boolean;
  fresh: boolean;
  /** Undefined: 4800 or the next that is free. 0: any that is free. */
  port: number | undefined;
  emulatorPort: number | undefined;
  clusterPort: number | undefined;
  stateFolder: string | undefined;
  /** Whether an empty account gets the example dataset and a first job. */
  firstJob: boolean;
  /** Whether the pages are built and served; `--once` needs none. */
  pages: boolean;
  /** 1 lets the workflow wait as long as it says. */
  waitScale: number;
}

export const HELP = `npm start -- [options]

  --once               run the whole journey without the pages, print its results and end
  --fresh              forget everything an earlier start kept
  --port <n>           the address for the browser (BRIGHTRUN_PORT; 4800 or the next free one)
  --emulator-port <n>  the AWS emulator (BRIGHTRUN_EMULATOR_PORT; any free one)
  --cluster-port <n>   Ray's Jobs API (BRIGHTRUN_CLUSTER_PORT; any free one)
  --state <folder>     where this copy keeps its state (BRIGHTRUN_STATE; .local/state)
  --no-first-job       leave an empty account empty
  --no-pages           serve the API only
  --wait-scale <x>     shorten the workflow's waits, for tests (1)
`;

/** Throws a sentence for a flag that is unknown or a value that does not fit; undefined when help was asked for. */
export function readOptions(
  parameters: string[],
  environment: Record<string, string | undefined>,
): StartOptions | undefined {
  const { values } = parse(parameters);
  if (values.help) return undefined;
  const port = (flag: string | undefined, variable: string, name: string): number | undefined => {
    const given = flag ?? environment[variable];
    if (given === undefined || given === '') return undefined;
    const number = Number(given);
    if (!/^\d+$/.test(given) || number > 65_535) {
      throw new StartProblem(`${name} is a number from 0 to 65535, not "${given}".`);
    }
    return number;
  };
  const waitScale = Number(values['wait-scale'] ?? 1);
  if (!(waitScale >= 0 && waitScale <= 1)) {
    throw new StartProblem(`--wait-scale is a number from 0 to 1, not "${values['wait-scale']}".`);
  }
  const once = values.once === true;
  return {
    once,
    fresh: values.fresh === true,
    port: port(values.port, 'BRIGHTRUN_PORT', '--port') ?? (once ? 0 : undefined),
    emulatorPort: port(values['emulator-port'], 'BRIGHTRUN_EMULATOR_PORT', '--emulator-port'),
    clusterPort: port(values['cluster-port'], 'BRIGHTRUN_CLUSTER_PORT', '--cluster-port'),
    stateFolder: values.state ?? environment['BRIGHTRUN_STATE'],
    firstJob: values['no-first-job'] !== true && !once,
    pages: values['no-pages'] !== true && !once,
    waitScale,
  };
}

function parse(parameters: string[]) {
  try {
    return parseArgs({
      args: parameters,
      strict: true,
      allowPositionals: false,
      options: {
        once: { type: 'boolean' },
        fresh: { type: 'boolean' },
        port: { type: 'string' },
        'emulator-port': { type: 'string' },
        'cluster-port': { type: 'string' },
        state: { type: 'string' },
        'no-first-job': { type: 'boolean' },
        'no-pages': { type: 'boolean' },
        'wait-scale': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new StartProblem(`${why} See npm start -- --help.`);
  }
}
