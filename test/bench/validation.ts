/**
 * The check of datasets: its speed beside Together's, its memory, what it costs on Lambda, whether it finds everything.
 * Programs are bundled as they are deployed, each measurement is a process of its own, and the best of a few counts:
 * whatever else this machine does only ever adds.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { bundleOfProgram } from '../../lib/constructs/bundles.ts';
import { VALIDATION_ENVIRONMENT } from '../../lib/workflow-stack.ts';
import { print } from './figure.ts';
import { CONTAINERS } from './validation-containers.ts';
import { HOSTILE, writeChats, writeWithErrors } from './validation-files.ts';
import { timeTogether, togetherPython } from './validation-together.ts';

const BYTES = 500_000_000;
const SMALL_BYTES = 50_000_000;
const TIMES = 3;
/** design.md §10, of the whole process: heaps and buffers of all threads, and Node itself (45 MB). */
const MOST_MEMORY_MB = 256;
/** Times the memory that 50 MB take. */
const MOST_GROWTH = 1.1;
/** Times what Together takes, with near duplicates. */
const MOST_TIMES_WITH_NEAR = 3;
const PLANTED = 1000;

/** lib/workflow-stack.ts: two cores, 1,769 MB each (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). */
const FUNCTION_MB = 2 * 1769;
const FUNCTION_CORES = 2;
/** Arm, us-east-1, the first 7.5 billion GB-seconds (aws.amazon.com/lambda/pricing, 2026-11). */
const USD_PER_GB_SECOND = 0.0000133334;

const Measured = z.object({
  bytes: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakRssBytes: z.number(),
  found: z.looseObject({ rows: z.number().optional(), bytes: z.number().optional() }),
});
type Measured = z.infer<typeof Measured>;
const Found = z.object({
  counts: z.record(z.string(), z.number()),
  lines: z.array(z.tuple([z.string(), z.number()])),
});

type What = 'nothing' | 'check' | 'near' | 'exact' | 'rows';
type Measure = (what: What, file: string, times?: number) => Measured;

function measureWith(program: string): Measure {
  const once = (what: What, file: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, what, file], {
      encoding: 'utf8',
      maxBuffer: 100_000_000,
      env: { ...process.env, ...VALIDATION_ENVIRONMENT },
    });
    if (status !== 0) throw new Error(`${what} of ${file} failed: ${stderr}`);
    return Measured.parse(JSON.parse(stdout));
  };
  return (what, file, times = 1) => {
    const [first = once(what, file), ...others] = Array.from({ length: times }, () => once(what, file));
    const best = others.reduce((one, other) => (other.seconds < one.seconds ? other : one), first);
    // The most that any of them took: memory has no noise to be forgiven.
    return { ...best, peakRssBytes: Math.max(...[first, ...others].map(({ peakRssBytes }) => peakRssBytes)) };
  };
}

export async function benchValidation(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'brightrun-bench-'));
  try {
    const measure = measureWith(
      join(bundleOfProgram('test/bench/validation-process.ts').folder, 'index.mjs'),
    );
    await benchSpeed(folder, measure);
    benchPlanted(folder, measure);
    await benchContainers(folder, measure);
    benchHostile(folder, measure);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchSpeed(folder: string, measure: Measure): Promise<void> {
  const file = join(folder, 'data.jsonl');
  writeChats(file, BYTES);
  const python = await togetherPython();
  // In turns, so that what else runs slows both alike.
  const [check, together] = bestOfTurns(
    () => measure('check', file),
    () => (python === undefined ? undefined : timeTogether(python, file)),
  );
  const near = measure('near', file, TIMES);
  const exact = measure('exact', file);
  const nothing = measure('nothing', file);
  const limit = (times: number, seconds: number) =>
    together && {
      aim: times === 1 ? 'no longer than it' : `≤ ${times} × its time`,
      meetsAim: seconds <= times * together.seconds,
    };
  const beside = { what: "Together's check_file on the same file", value: together?.seconds ?? 0 };
  print({
    figure: `validation of 500 MB, ${check.found.rows} rows, without near duplicates and exact tokens`,
    value: check.seconds,
    unit: 's',
    comparedTo: beside,
    ...limit(1, check.seconds),
  });
  print({
    figure: 'the same in processor time of all threads',
    value: check.cpuSeconds,
    unit: 's',
    comparedTo: { what: "Together's, which has one", value: together?.cpuSeconds ?? 0 },
  });
  print({
    figure: 'validation of 500 MB with near duplicates',
    value: near.seconds,
    unit: 's',
    comparedTo: beside,
    ...limit(MOST_TIMES_WITH_NEAR, near.seconds),
  });
  print({
    figure: 'validation of 500 MB with near duplicates and exact tokens',
    value: exact.seconds,
    unit: 's',
    comparedTo: beside,
  });
  for (const [what, { peakRssBytes }] of Object.entries({ check, near, exact })) {
    print({
      figure: `validation of 500 MB (${what}), peak memory of the process, all of it`,
      value: peakRssBytes / 1e6,
      unit: 'MB',
      comparedTo: {
        what: 'a process that loads the check and reads nothing',
        value: nothing.peakRssBytes / 1e6,
      },
      aim: `≤ ${MOST_MEMORY_MB} MB`,
      meetsAim: peakRssBytes / 1e6 <= MOST_MEMORY_MB,
    });
  }
  writeChats(file, SMALL_BYTES);
  for (const [what, large] of Object.entries({ check, near, exact }) as [What, Measured][]) {
    const small = measure(what, file, TIMES);
    print({
      figure: `memory that 500 MB take (${what})`,
      value: large.peakRssBytes / 1e6,
      unit: 'MB',
      comparedTo: { what: 'that 50 MB take', value: small.peakRssBytes / 1e6 },
      aim: `≤ ${MOST_GROWTH} ×`,
      meetsAim: large.peakRssBytes <= MOST_GROWTH * small.peakRssBytes,
    });
  }
  const costOf = (seconds: number) => (FUNCTION_MB / 1024) * seconds * USD_PER_GB_SECOND;
  // Here a thread more than the function has cores may run beside; there they share two.
  const seconds = Math.max(exact.seconds, exact.cpuSeconds / FUNCTION_CORES);
  print({
    figure: `Lambda, 500 MB with everything: ${FUNCTION_MB} MB of arm64, ${FUNCTION_CORES} cores, ${seconds.toFixed(1)} s`,
    value: costOf(seconds),
    unit: '$',
    comparedTo: {
      what: 'without near duplicates and exact tokens',
      value: costOf(Math.max(check.seconds, check.cpuSeconds / FUNCTION_CORES)),
    },
  });
}

interface Timed {
  seconds: number;
}

/** The fastest of each, taken in turns. */
function bestOfTurns<One extends Timed, Other extends Timed>(
  one: () => One,
  other: () => Other | undefined,
): [One, Other | undefined] {
  let [best, bestOther] = [one(), other()];
  for (let turn = 1; turn < TIMES; turn += 1) {
    const [next, nextOther] = [one(), other()];
    if (next.seconds < best.seconds) best = next;
    if (nextOther && bestOther && nextOther.seconds < bestOther.seconds) bestOther = nextOther;
  }
  return [best, bestOther];
}

/** Every planted error has to be listed, and nothing else of the kind. */
function benchPlanted(folder: string, measure: Measure): void {
  const file = join(folder, 'planted.jsonl');
  const planted = writeWithErrors(file, BYTES, PLANTED);
  const { lines } = Found.parse(measure('check', file).found);
  const told = new Set(lines.map(([, line]) => line));
  const found = planted.filter((line) => told.has(line)).length;
  print({
    figure: `errors planted in 500 MB that are listed with their line (${told.size - found} other lines are)`,
    value: found,
    unit: 'rows',
    comparedTo: { what: 'planted', value: planted.length },
    aim: 'all',
    meetsAim: found === planted.length && told.size === found,
  });
  rmSync(file);
}

async function benchContainers(folder: string, measure: Measure): Promise<void> {
  for (const [name, write] of Object.entries(CONTAINERS)) {
    const file = join(folder, 'container');
    await write(file);
    const { seconds, cpuSeconds, peakRssBytes, found } = measure('rows', file);
    const megabytes = statSync(file).size / 1e6;
    const rows = (found.bytes ?? 0) / 1e6;
    print({
      figure: `${name} of ${megabytes.toFixed(0)} MB to ${rows.toFixed(0)} MB of JSON Lines, ${cpuSeconds.toFixed(1)} s of one core`,
      value: rows / seconds,
      unit: 'MB/s',
      comparedTo: { what: 'of the file as it came', value: megabytes / seconds },
    });
    print({
      figure: `${name}, peak memory of the process`,
      value: peakRssBytes / 1e6,
      unit: 'MB',
      comparedTo: { what: 'the most a check may have', value: MOST_MEMORY_MB },
      aim: `≤ ${MOST_MEMORY_MB} MB`,
      meetsAim: peakRssBytes / 1e6 <= MOST_MEMORY_MB,
    });
    rmSync(file);
  }
}

function benchHostile(folder: string, measure: Measure): void {
  for (const [name, write] of Object.entries(HOSTILE)) {
    const file = join(folder, 'hostile');
    write(file);
    const { seconds, cpuSeconds, peakRssBytes, found } = measure('near', file);
    const { counts } = Found.parse(found);
    const told = Object.entries(counts).map(([code, count]) => `${count} ${code}`);
    print({
      figure: `${name}: ${told.join(', ') || 'nothing found'}; ${cpuSeconds.toFixed(1)} s of processor time`,
      value: seconds,
      unit: 's',
      comparedTo: { what: 'peak memory in MB', value: peakRssBytes / 1e6 },
      aim: `≤ ${MOST_MEMORY_MB} MB`,
      meetsAim: peakRssBytes / 1e6 <= MOST_MEMORY_MB,
    });
    rmSync(file);
  }
}
