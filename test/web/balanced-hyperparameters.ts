import type { Hyperparameters } from '../../contracts/catalog.ts';

/** What the balanced preset chooses, as pages are shown it. */
export const hyperparameters: Hyperparameters = {
  rank: 16,
  alpha: 32,
  dropout: 0.05,
  targetModules: 'all-linear',
  variant: 'lora',
  quantization: 'none',
  learningRate: 2.86e-4,
  schedule: 'cosine',
  warmupRatio: 0.05,
  weightDecay: 0,
  maxGradientNorm: 1,
  epochs: 3,
  batchSize: 16,
  maxSequenceTokens: 4096,
  validationFraction: 0.05,
  evaluationsPerEpoch: 4,
  earlyStoppingPatience: 3,
  keep: 'best',
  seed: 42,
};
