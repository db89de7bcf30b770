import { describe, expect, test } from '@jest/globals';
import type { Model } from '../../contracts/models.ts';
import { loadCode, loadedWith } from '../../web/src/features/models/load-code.ts';
import {
  checksumFile,
  fileWords,
  qualityRows,
  verdictOf,
} from '../../web/src/features/models/model-words.ts';

const evaluation = (
  low: number,
  mean: number,
  high: number,
  rows = 2410,
): NonNullable<Model['evaluation']> => ({
  rows,
  tokens: 812_000,
  base: { loss: 1.92, perplexity: 6.82, tokenAccuracy: 0.584 },
  tuned: { loss: 1.92 + mean, perplexity: Math.exp(1.92 + mean), tokenAccuracy: 0.697 },
  difference: { low, mean, high },
});
const model = (verdict: Model['verdict'], more: Partial<Model>): Model =>
  ({
    verdict,
    evaluation: null,
    training: { validationRows: 0, steps: 2460 },
    samples: [],
    ...more,
  }) as unknown as Model;
const text = (shown: string) => shown.replaceAll('\u00a0', ' ');

describe('the verdict', () => {
  test('ships with the figures it stands on', () => {
    const words = verdictOf(model('ship', { evaluation: evaluation(-0.63, -0.61, -0.59) }));
    expect(words.word).toBe('Ship');
    expect(words.title).toBe('validation loss 1.920 → 1.310');
    expect(text(words.sentence)).toContain('−0.610, 95 % interval −0.630 to −0.590, on 2,410 rows');
    expect(words.tone).toBe('ok');
    const ofPairs = { ...evaluation(-0.63, -0.61, -0.59), objective: 'preferences' as const };
    expect(verdictOf(model('ship', { evaluation: ofPairs })).title).toBe('preference loss 1.920 → 1.310');
  });

  test('keeps the base and names a likely reason', () => {
    expect(verdictOf(model('keep-the-base', { evaluation: evaluation(0.1, 0.2, 0.3) })).sentence).toContain(
      'got worse',
    );
    const chance = verdictOf(model('keep-the-base', { evaluation: evaluation(-0.05, -0.015, 0.02) }));
    expect(chance.word).toBe('Keep the base');
    expect(chance.sentence).toContain('chance');
  });

  test('says that nothing is proven where too few rows were held out, and never ships then', () => {
    const words = verdictOf(model('unproven', {}));
    expect(words.title).toBe('A gain can’t be proven');
    expect(words.sentence).toContain('No row was held out');
    expect(verdictOf(model('unproven', { evaluation: evaluation(-1, -0.5, -0.1, 4) })).word).toBe('Unproven');
  });
});

describe('the quality table', () => {
  test('perplexity has the interval of the loss it is made of; accuracy claims none', () => {
    const [loss, perplexity, accuracy] = qualityRows(evaluation(-0.63, -0.61, -0.59));
    expect(loss?.readsAs).toBe('better');
    expect(perplexity?.difference).toBe('÷ 1.84');
    expect(perplexity?.interval).toBe('÷ 1.88 to ÷ 1.80');
    expect(accuracy?.plot).toBeUndefined();
    expect(accuracy?.difference).toBe('+11.3 points');
  });

  test('accuracy has its own interval where one was measured: higher is better', () => {
    const reads = (low: number, high: number) =>
      qualityRows({
        ...evaluation(-0.63, -0.61, -0.59),
        accuracyDifference: { low, mean: (low + high) / 2, high },
      })[2];
    expect(reads(0.1, 0.13)).toMatchObject({ interval: '+10.0 to +13.0', readsAs: 'better' });
    expect(reads(-0.1, -0.02)?.readsAs).toBe('worse');
    expect(reads(-0.1, 0.02)?.readsAs).toBe('no change to see');
  });

  test('of pairs it shows their loss and where tuning moved, and no perplexity', () => {
    const ofPairs = { ...evaluation(-0.63, -0.61, -0.59, 40), objective: 'preferences' as const };
    const [loss, moved, ...others] = qualityRows(ofPairs);
    expect(loss).toMatchObject({ measure: 'Preference loss', readsAs: 'better' });
    expect(text(loss!.note)).toBe('40 held-out pairs, lower is better');
    expect(moved).toMatchObject({ base: '–', tuned: '69.7\u00a0%', readsAs: 'better, no interval' });
    expect(others).toEqual([]);
  });

  test('an interval across zero reads as no change', () => {
    expect(qualityRows(evaluation(-0.05, -0.015, 0.02))[0]?.readsAs).toBe('no change to see');
    expect(qualityRows(evaluation(0.05, 0.1, 0.2))[0]?.readsAs).toBe('worse');
  });
});

describe('what leaves the page', () => {
  test('checksums are in the form that sha256sum reads', () => {
    expect(checksumFile([{ path: 'README.md', sha256: 'ab' }])).toBe('ab  README.md\n');
  });

  test('the code names the base at its revision, or the folder of a packaged one', () => {
    const named = {
      name: 'support-replies v3, balanced',
      format: 'peft' as const,
      files: [],
      baseModel: { id: 'meta/llama', revision: '0e9e39f' },
    };
    expect(loadCode(named, false)).toContain('revision="0e9e39f"');
    expect(loadCode(named, false)).toContain('"./support-replies-v3-balanced"');
    expect(loadCode(named, true)).toContain('trainer/tiny_base/model');
  });

  test('a merged model is loaded from its own folder alone, and each of its files says what it is', () => {
    const merged = loadCode(
      {
        name: 'Support',
        format: 'merged-safetensors',
        files: [],
        baseModel: { id: 'meta/llama', revision: '0e9e39f' },
      },
      false,
    );
    expect(merged).not.toContain('peft');
    expect(merged).not.toContain('meta/llama');
    const says = (name: string) =>
      fileWords(`final/${name}`, { hyperparameters: {} as Model['hyperparameters'] });
    expect(says('model-00002-of-00004.safetensors')).toBe('weights, part 2 of 4');
    expect(says('model.safetensors')).toContain('merged in');
    expect(says('model.safetensors.index.json')).not.toBe('');
  });

  test('a GGUF is loaded by llama.cpp from its first part, and made one file for Ollama, which takes no parts', () => {
    const gguf = (...names: string[]) =>
      loadCode(
        {
          name: 'Support',
          format: 'gguf-q8_0',
          files: names.map((name) => ({ path: `final/${name}` })) as Model['files'],
          baseModel: { id: 'meta/llama', revision: '0e9e39f' },
        },
        false,
      );
    expect(gguf('README.md', 'model.gguf').split('\n')[0]).toBe('llama-cli -m ./support/model.gguf --jinja');
    expect(gguf('README.md', 'model.gguf')).not.toContain('--merge');
    const cut = gguf('model-00002-of-00002.gguf', 'model-00001-of-00002.gguf');
    expect(cut.split('\n')[0]).toContain('model-00001-of-00002.gguf');
    expect(cut).toContain('llama-gguf-split --merge');
    expect(cut).toContain('FROM ./support/model.gguf');
    expect(loadedWith({ format: 'gguf' })).toBe('llama.cpp');
    const says = (name: string) => fileWords(name, { hyperparameters: {} as Model['hyperparameters'] });
    expect(says('final/model-00001-of-00002.gguf')).toBe('weights, part 1 of 2');
    expect(says('final/model.gguf')).toContain('chat template');
  });
});
