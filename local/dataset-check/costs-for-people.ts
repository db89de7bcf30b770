/** What each preset would cost on the file that was checked. */
import { ProblemError } from '../../contracts/problems.ts';
import { GPU_TYPES } from '../../lambdas/catalog/gpu-types.ts';
import { assertTrainable } from '../../lambdas/catalog/trainable-rows.ts';
import { cheapestGpus, presetCosts, type PresetCost } from '../../lambdas/costs/preset-costs.ts';
import type { CheckedFiles } from './check-files.ts';
import type { CheckOptions } from './options.ts';
import type { Style } from './terminal.ts';
import { amount, dollars, duration } from './words.ts';

export function costsForPeople(
  { summary, rowBytes }: CheckedFiles,
  { baseModel }: CheckOptions,
  style: Style,
): string[] {
  if (summary.verdict === 'rejected') return [];
  const title = (on: string) => [style.bold(`What it would cost to train ${baseModel.title}${on}`), ''];
  try {
    assertTrainable(summary, baseModel);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return [...title(''), error.detail ?? error.message];
  }
  const data = { summary, bytes: rowBytes, hasValidationFile: summary.validationRows > 0 };
  const on = cheapestGpus(data, baseModel, GPU_TYPES);
  if (!on) return [...title(''), 'It does not fit on the GPUs of this installation.'];
  const costs = presetCosts(data, baseModel, on);
  const gpus = on.gpuCount === 1 ? on.gpuType.title : `${on.gpuCount} × ${on.gpuType.title}`;
  return [
    ...title(` on ${gpus}`),
    ...costs.map(({ preset, estimate: { costUsdMicros: cost, seconds, totalTokens } }) => {
      const range = `${dollars(cost.low)} to ${dollars(cost.high)}`;
      const time = `${duration(seconds.low)} to ${duration(seconds.high)}`;
      return `${preset.title.padEnd(10)}about ${dollars(cost.expected).padEnd(9)} ${range.padEnd(20)} ${time.padEnd(18)} ${amount(totalTokens)} tokens`;
    }),
    ...remarksOf(costs).map((remark) => style.faint(remark)),
    style.faint(
      `Price: ${dollars(on.gpuType.usdMicrosPerHour)} for an hour of one, ${on.gpuType.priceSource}, ${on.gpuType.pricedOn}.`,
    ),
  ];
}

/** What is true of every preset once, what is true of some with their names. */
function remarksOf(costs: readonly PresetCost[]): string[] {
  const presets = new Map<string, string[]>();
  for (const { preset, estimate } of costs) {
    for (const remark of estimate.remarks) {
      presets.set(remark, [...(presets.get(remark) ?? []), preset.title]);
    }
  }
  return [...presets].map(([remark, titles]) =>
    titles.length === costs.length ? remark : `${titles.join(', ')}: ${remark}`,
  );
}
