import { describe, expect, test } from '@jest/globals';
import type { Model } from '../../contracts/models.ts';
import { checkRows, proofSentence } from '../../web/src/features/models/check-words.ts';
import { formatSize } from '../../web/src/features/training-jobs/model-formats.ts';

const canaries = (base: number, tuned: number): NonNullable<Model['canaries']> => ({
  items: 38,
  chance: 0.25,
  base,
  tuned,
  gained: Math.max(0, tuned - base),
  lost: Math.max(0, base - tuned),
  groups: [{ name: 'facts', items: 8, base: 7, tuned: 5 }],
});
const memorisation = (tuned: number, heldOutTuned: number): NonNullable<Model['memorisation']> => ({
  trainingRows: 32,
  base: 0,
  tuned,
  heldOutRows: 20,
  heldOutTuned,
  answers: 6,
  answersRepeating: 0,
  runWords: 12,
  longestRunWords: 0,
});

describe('what else changed', () => {
  test('a model from before it was asked shows nothing', () => {
    expect(checkRows({})).toEqual([]);
    expect(proofSentence({})).toBeUndefined();
  });

  test('questions are told in all and by group, with what guessing gets', () => {
    const [all, facts] = checkRows({ canaries: canaries(30, 24) });
    expect(all).toMatchObject({ base: '30 of 38', tuned: '24 of 38', change: '−6', tone: 'bad' });
    expect(all?.note).toContain('guessing gets 10');
    expect(facts).toMatchObject({ measure: 'facts', change: '−2', tone: 'plain' });
  });

  test('a question or two more or less says nothing', () => {
    expect(checkRows({ canaries: canaries(30, 28) })[0]?.tone).toBe('plain');
    expect(checkRows({ canaries: canaries(30, 30) })[0]?.change).toBe('the same');
    expect(checkRows({ canaries: canaries(20, 30) })[0]?.tone).toBe('ok');
  });

  test('rows are learned by heart where held-out ones do not come out as well', () => {
    const toneOf = (tuned: number, heldOut: number) =>
      checkRows({ memorisation: memorisation(tuned, heldOut) })[0]?.tone;
    expect(toneOf(20, 1)).toBe('bad');
    expect(toneOf(20, 14)).toBe('plain');
    expect(toneOf(5, 0)).toBe('plain');
  });

  test('an answer that repeats training text is told with its length', () => {
    const [, repeats] = checkRows({
      memorisation: { ...memorisation(0, 0), answersRepeating: 2, longestRunWords: 31 },
    });
    expect(repeats).toMatchObject({ tuned: '2 of 6', tone: 'bad' });
    expect(repeats?.note).toContain('at most 31');
  });
});

test('the proof of the files is one sentence, and says so where nothing differed', () => {
  const proof = { prompts: 6, tokens: 300, sameAnswers: 6, templateEqual: true as const };
  expect(proofSentence({ exportProof: { ...proof, maxLogitDrift: 0, meanLogitDrift: 0 } })).toContain(
    'without any difference',
  );
  expect(proofSentence({ exportProof: { ...proof, maxLogitDrift: 0.04, meanLogitDrift: 0.0047 } })).toContain(
    '0.0047 apart on average',
  );
});

test('each format says what its weights take; nothing where the catalog has no figure', () => {
  const base = { weightBytes: 16_060_522_496, loraParametersPerRank: 2_621_440 };
  const adapter = { rank: 16, targetModules: 'all-linear' };
  const size = (format: Parameters<typeof formatSize>[0], at = adapter) =>
    formatSize(format, base, at)?.replaceAll('\u00a0', ' ');
  expect(size('peft')).toBe('168 MB');
  expect(size('peft-bf16')).toBe('83.9 MB');
  expect(size('merged-safetensors')).toBe('16.1 GB');
  expect(size('gguf')).toBe('16.1 GB');
  expect(size('gguf-q8_0')).toBe('8.5 GB');
  expect(size('peft', { rank: 16, targetModules: 'attention' })).toBeUndefined();
});
