/** Which ways of training a GPU type's trainer knows. */
import type { GpuType, Hyperparameters } from '../../contracts/catalog.ts';
import { ProblemError, type ProblemIssue } from '../../contracts/problems.ts';

/**
 * Throws `invalid-request` with the fields that cannot be. Without CUDA the trainer is mlx's
 * (trainer/brightrun_trainer/choose_backend.py), which has LoRA and rsLoRA over unquantized weights.
 */
export function assertMethodKnown(
  gpuType: Pick<GpuType, 'accelerator' | 'title'>,
  { variant, quantization }: Pick<Hyperparameters, 'variant' | 'quantization'>,
): void {
  if (gpuType.accelerator === 'cuda') return;
  const issues: ProblemIssue[] = [];
  if (variant === 'dora') {
    issues.push({
      path: 'hyperparameters.variant',
      message: `DoRA needs an NVIDIA GPU; ${gpuType.title} trains LoRA and rsLoRA`,
    });
  }
  if (quantization === 'nf4') {
    issues.push({
      path: 'hyperparameters.quantization',
      message: `4-bit weights need an NVIDIA GPU, which ${gpuType.title} is not`,
    });
  }
  if (issues.length > 0) throw new ProblemError('invalid-request', undefined, issues);
}
