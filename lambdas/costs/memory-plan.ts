/**
 * How the trainer will fit a run into memory: `trainer/brightrun_trainer/memory_plan.py`, where each figure has its source,
 * worked out once more. Both are held to the same plans (test/costs/memory-plans.jsonl).
 */
import type { Hyperparameters } from '../../contracts/catalog.ts';

/** A batch is worked through in parts of at most so many tokens (trainer: MICRO_BATCH_TOKENS). */
export const TOKENS_AT_ONCE = 16_384;
/** Share of a device that a plan may fill; the rest is fragments and what the formulae leave out. */
export const USABLE = 0.9;
/** Value, gradient and AdamW's two moments in float32; where products take bf16, a copy in that. */
const BYTES_PER_TRAINABLE_PARAMETER = 16;
const BYTES_OF = { float32: 4, bfloat16: 2, nf4: 0.5 + 0.127 / 8 } as const;
/** Whole blocks that a device has in use at once where blocks are shared out. */
const BLOCKS_IN_USE = 3;
/** Logits that a loss in chunks has at once. */
const CHUNK_LOGITS = 64 * 1024 * 1024;
/** Larger parts gain little: from here on a GPU is bound by arithmetic. */
const ENOUGH_TOKENS = 1024;
/** More tokens at once than this are looked for nowhere. */
const MOST_TOKENS = 2 ** 24;

export interface ModelShape {
  layers: number;
  hidden: number;
  queryWidth: number;
  keyValueWidth: number;
  feedForward: number;
  vocabulary: number;
  /** Whether the embedding is the head too. */
  tied: boolean;
}

/** What is to be trained, and how its trainer computes. */
export interface MemoryDemand extends Pick<
  Hyperparameters,
  'rank' | 'targetModules' | 'batchSize' | 'dropout'
> {
  shape: ModelShape;
  precision: keyof typeof BYTES_OF;
  /** How long training rows are, in tokens, and how many of each length. */
  lengths: readonly { length: number; rows: number }[];
  /** Devices that share a batch. */
  devices: number;
  /** Devices of a machine that share out the blocks' weights; each has the whole where this is not said. */
  shares?: number;
  /** Rows one behind the other instead of padded to the longest. */
  packing: boolean;
  chunkedLoss: boolean;
  mayRecompute: boolean;
  contextBytes: number;
  /** Of an entry of a dropout mask. */
  maskBytes: number;
  /** Whether modules that read one input keep it once, whatever its type and dropout. */
  sharesInputs: boolean;
}

/** Bytes on one device by what they are for. */
interface MemoryUse {
  weights: number;
  /** Blocks in use, where each device holds its part of them. */
  gathered: number;
  adapter: number;
  activations: number;
  loss: number;
  context: number;
}

export interface MemoryPlan {
  tokensAtOnce: number;
  /** Rows of the usual length at once, and how often a step. */
  rowsAtOnce: number;
  partsPerStep: number;
  /** Activations are computed again instead of kept. */
  recomputes: boolean;
  /** Each device holds its part of the base model's blocks. */
  sharded: boolean;
  use: MemoryUse;
  totalBytes: number;
  fits: boolean;
}

const computeWidth = (precision: MemoryDemand['precision']) =>
  BYTES_OF[precision === 'nf4' ? 'bfloat16' : precision];

/** Bytes of the linear layers of all blocks. */
export function blockBytes({ shape, precision }: Pick<MemoryDemand, 'shape' | 'precision'>): number {
  const { layers, hidden, queryWidth, keyValueWidth, feedForward } = shape;
  const block = 2 * hidden * queryWidth + 2 * hidden * keyValueWidth + 3 * hidden * feedForward;
  return layers * block * BYTES_OF[precision];
}

function weightBytes(demand: MemoryDemand): number {
  const { layers, hidden, vocabulary, tied } = demand.shape;
  const others = (tied ? 1 : 2) * vocabulary * hidden + (2 * layers + 1) * hidden;
  return Math.trunc(blockBytes(demand) / (demand.shares ?? 1) + others * computeWidth(demand.precision));
}

function adapterParameters({ shape, rank, targetModules }: MemoryDemand): number {
  const { layers, hidden, queryWidth, keyValueWidth, feedForward } = shape;
  const attention = 2 * (hidden + queryWidth) + 2 * (hidden + keyValueWidth);
  return rank * layers * (attention + (targetModules === 'attention' ? 0 : 3 * (hidden + feedForward)));
}

/** What autograd keeps of one block for one token. */
function blockBytesPerToken(demand: MemoryDemand): number {
  const { shape, rank, targetModules, dropout, maskBytes } = demand;
  const { hidden, queryWidth, keyValueWidth, feedForward } = shape;
  const width = computeWidth(demand.precision);
  const isWhole = targetModules !== 'attention';
  const kept = 8 * hidden + 2 * width * (queryWidth + keyValueWidth) + 3 * width * feedForward;
  const ownCopies = 3 * hidden + queryWidth + (isWhole ? 2 * hidden + feedForward : 0);
  const shared = hidden + (isWhole ? hidden + feedForward : 0);
  const inputs = !demand.sharesInputs && (width !== 4 || dropout > 0) ? ownCopies : shared;
  const masks = dropout > 0 ? maskBytes * ownCopies : 0;
  return kept + width * (inputs + rank * (isWhole ? 7 : 4)) + masks;
}

/** Bytes on one device while so many tokens go through the model at once. */
function memoryUse(demand: MemoryDemand, tokens: number, recomputes: boolean): MemoryUse {
  const { layers, hidden, vocabulary } = demand.shape;
  const width = computeWidth(demand.precision);
  const block = blockBytesPerToken(demand);
  const kept = recomputes ? layers * hidden * width + block : layers * block;
  const logits = tokens * vocabulary;
  return {
    weights: weightBytes(demand),
    gathered: demand.shares ? Math.trunc((BLOCKS_IN_USE * blockBytes(demand)) / layers) : 0,
    adapter: (BYTES_PER_TRAINABLE_PARAMETER + (width === 2 ? 2 : 0)) * adapterParameters(demand),
    activations: Math.trunc(tokens * kept),
    loss: Math.trunc((demand.chunkedLoss ? Math.min(logits, CHUNK_LOGITS) : logits) * (width + 12)),
    context: demand.contextBytes,
  };
}

const totalOf = (use: MemoryUse) => Object.values(use).reduce((sum, bytes) => sum + bytes, 0);

/** The most tokens at once that keep to the usable share; 0 where not even one does. */
function tokensThatFit(demand: MemoryDemand, availableBytes: number, recomputes: boolean): number {
  let [low, high] = [0, MOST_TOKENS];
  while (low < high) {
    const middle = Math.floor((low + high + 1) / 2);
    if (totalOf(memoryUse(demand, middle, recomputes)) <= availableBytes * USABLE) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What a row of a batch takes on average: its own tokens where rows are packed, else those of the longest of `drawn`. */
function usualLength({ lengths, packing }: MemoryDemand, drawn: number, count: number): number {
  if (packing) return lengths.reduce((sum, { length, rows }) => sum + length * rows, 0) / count;
  let usual = 0;
  let below = 0;
  for (const { length, rows } of lengths.toSorted((a, b) => a.length - b.length)) {
    usual += length * (((below + rows) / count) ** drawn - (below / count) ** drawn);
    below += rows;
  }
  return usual;
}

/** Tokens of the longest rows that one device may be given in a step. */
function mostAtOnce({ lengths, packing }: MemoryDemand, rows: number, longest: number): number {
  if (!packing) return rows * longest;
  let [left, most] = [rows, 0];
  for (const bar of lengths.toSorted((a, b) => b.length - a.length)) {
    const taken = Math.min(left, bar.rows);
    most += taken * bar.length;
    left -= taken;
  }
  return most;
}

/**
 * The base model whole on each device where that fits, for nothing has to be sent then; else shared out over the devices
 * of each machine. 4-bit weights stay whole. What the trainer refuses does not fit.
 */
export function planRun(demand: MemoryDemand, availableBytes: number, onAMachine: number): MemoryPlan {
  const whole = planMemory(demand, availableBytes);
  if (whole.fits || onAMachine === 1 || demand.precision === 'nf4') return whole;
  const shared = planMemory({ ...demand, shares: onAMachine }, availableBytes);
  return shared.fits || shared.totalBytes < whole.totalBytes ? shared : whole;
}

/** The largest parts that fit, without computing again where that still keeps the device busy. */
function planMemory(demand: MemoryDemand, availableBytes: number): MemoryPlan {
  const rows = Math.ceil(demand.batchSize / demand.devices);
  const count = demand.lengths.reduce((sum, bar) => sum + bar.rows, 0);
  const longest = Math.max(...demand.lengths.map(({ length }) => length));
  const usual = usualLength(demand, rows, count);
  const plain = tokensThatFit(demand, availableBytes, false);
  const recomputes =
    demand.mayRecompute && plain < Math.max(longest, Math.min(Math.trunc(rows * usual), ENOUGH_TOKENS));
  const fitting = recomputes ? tokensThatFit(demand, availableBytes, true) : plain;
  const tokensAtOnce = Math.max(longest, Math.min(TOKENS_AT_ONCE, fitting));
  const rowsAtOnce = Math.max(1, Math.min(rows, Math.floor(tokensAtOnce / usual)));
  const use = memoryUse(demand, Math.min(tokensAtOnce, mostAtOnce(demand, rows, longest)), recomputes);
  const totalBytes = totalOf(use);
  return {
    tokensAtOnce,
    rowsAtOnce,
    partsPerStep: Math.ceil(rows / rowsAtOnce),
    recomputes,
    sharded: demand.shares !== undefined,
    use,
    totalBytes,
    fits: totalBytes <= availableBytes * USABLE,
  };
}
