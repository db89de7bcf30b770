import type { DatasetCure } from '../../../contracts/dataset-cures.ts';

/**
 * The order in which cures work, whatever the order they were asked in: form before text, so that each text is where
 * it belongs; text before what judges it; rows that go for their own sake before rows that go because of others, so
 * that of two alike the sound one stays.
 */
export const CURE_ORDER = [
  'map-columns',
  'convert-to-messages',
  'fix-text',
  'remove-template-tokens',
  'mask-secrets',
  'mask-personal-data',
  'tidy-rows',
  'drop-broken-rows',
  'shorten-long-rows',
  'drop-long-rows',
  'drop-refusals',
  'drop-cut-answers',
  'drop-duplicates',
  'drop-near-duplicates',
  'keep-first-answer',
  'drop-shared-rows',
] as const satisfies readonly DatasetCure[];

export const inOrder = (cures: ReadonlySet<DatasetCure>): DatasetCure[] =>
  CURE_ORDER.filter((cure) => cures.has(cure));
