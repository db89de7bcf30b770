import { describe, expect, test } from '@jest/globals';
import { memoryWords, speedWords } from '../../web/src/features/models/training-words.ts';
import { modelRecord } from '../models/model-record.ts';

const { training } = modelRecord('somebody');
const memory = {
  tokensAtOnce: 4096,
  microBatch: 2,
  accumulation: 4,
  checkpointing: true,
  packing: false,
  plannedBytes: 21_600_000_000,
  availableBytes: 24_000_000_000,
  halvings: 1,
};

const text = (shown: string) => shown.replaceAll('\u00a0', ' ');

describe('how a run went, in words', () => {
  test('an older model says what it knows', () => {
    expect(text(speedWords(training, 'Two CPU cores'))).toBe('420 tokens a second on Two CPU cores');
    expect(text(memoryWords(training))).toBe('400 MB at the peak');
  });

  test('several processes and their share of the peak are told', () => {
    const many = { ...training, tokensPerSecond: 24_000, processes: 2, modelFlopsUtilisation: 0.389 };
    expect(text(speedWords(many, '2 × H100'))).toBe(
      '24,000 tokens a second on 2 × H100, each batch shared by 2 processes, 39 % of what it can compute',
    );
  });

  test('the plan stands beside the peak, with what had to be halved', () => {
    expect(text(memoryWords({ ...training, peakMemoryBytes: 20_000_000_000, memory }))).toBe(
      '20.0 GB at the peak, 21.6 GB planned; 2 rows at once, 4 times a step, activations recomputed; it ran out, and what goes through at once was halved 1 time',
    );
    expect(
      text(
        memoryWords({
          ...training,
          memory: { ...memory, accumulation: 1, checkpointing: false, halvings: 0 },
        }),
      ),
    ).toBe('400 MB at the peak, 21.6 GB planned; 2 rows at once');
  });
});
