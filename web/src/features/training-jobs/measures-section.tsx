import type { Curves } from '../../components/charts/curves.ts';
import { valuesOf } from '../../components/charts/curves.ts';
import { SmallMultiple } from '../../components/charts/small-multiple.tsx';
import type { Cursor } from '../../components/charts/use-read-out.ts';
import type { GpuType, Hyperparameters } from '../../../../contracts/catalog.ts';
import { bytes, count, percent, plain, scientific, superscript } from '../../lib/format/numbers.ts';

/** What else is measured at each step, small: what the run reports of learning rate, gradient norm, speed, GPU use, memory. */
export function MeasuresSection({
  curves,
  totalSteps,
  hyperparameters,
  gpu,
  cursor,
  className,
}: {
  curves: Curves;
  totalSteps: number;
  hyperparameters: Hyperparameters;
  gpu: GpuType | undefined;
  cursor: Cursor;
  className?: string;
}) {
  const rate = valuesOf(curves.points, 'learningRate');
  const norm = valuesOf(curves.points, 'gradientNorm');
  const speed = valuesOf(curves.points, 'tokensPerSecond');
  const utilisation = valuesOf(curves.points, 'gpuUtilisation');
  const memory = valuesOf(curves.points, 'memoryBytes');
  const peak = Math.max(hyperparameters.learningRate, ...rate.map((point) => point.value));
  const power = Math.floor(Math.log10(peak));
  const clip = hyperparameters.maxGradientNorm;
  const clipped = norm.filter((point) => point.value > clip).length;
  const highestNorm = Math.max(0, ...norm.map((point) => point.value));
  // What is reported is the memory of one GPU: each holds the same and a share of the rows alike.
  const available = gpu?.memoryBytes;
  const most = Math.max(0, ...memory.map((point) => point.value));
  const resumes = curves.resumes.map((resume) => resume.step);
  const unit = most >= 1e9 ? { power: 9, name: 'GB' } : { power: 6, name: 'MB' };
  const shared = { totalSteps, resumes, cursor };
  const warmUp = Math.round(hyperparameters.warmupRatio * totalSteps);
  return (
    <section aria-label="Other measures by step" className={className}>
      <div className="grid gap-x-6 gap-y-5 md:grid-cols-2">
        <SmallMultiple
          {...shared}
          title="Learning rate"
          note={`${hyperparameters.schedule}${warmUp > 0 ? `, warm-up ${count(warmUp)} steps` : ''} · axis × 10${superscript(power)}`}
          values={rate}
          power={power}
          show={(value) => scientific(value)}
        />
        {norm.length > 0 && (
          <SmallMultiple
            {...shared}
            title="Gradient norm"
            note={
              norm.length === 0
                ? ''
                : clipped === 0
                  ? 'never clipped'
                  : `clipped at ${percent(clipped / norm.length)} of steps`
            }
            values={norm}
            // Far above everything measured the line would flatten the curve, and it says nothing there.
            reference={
              highestNorm * 2 >= clip && norm.length > 0 ? { value: clip, label: 'clip' } : undefined
            }
            show={(value) => plain(value, 2)}
          />
        )}
        {speed.length > 0 && (
          <SmallMultiple
            {...shared}
            title="Tokens per second"
            note={speed.length === 0 ? '' : `median ${count(medianOf(speed.map((point) => point.value)))}`}
            values={speed}
            show={(value) => count(value)}
          />
        )}
        {utilisation.length > 0 && (
          <SmallMultiple
            {...shared}
            title="GPU use"
            note={`median ${percent(medianOf(utilisation.map((point) => point.value)))} · axis %`}
            values={utilisation}
            power={-2}
            show={percent}
          />
        )}
        {memory.length > 0 && (
          <SmallMultiple
            {...shared}
            title={gpu?.accelerator === 'cpu' ? 'Memory' : 'GPU memory'}
            note={`${available ? `of ${bytes(available)} · ` : ''}axis ${unit.name}`}
            values={memory}
            power={unit.power}
            reference={available && most * 2.5 > available ? { value: available } : undefined}
            show={bytes}
          />
        )}
      </div>
    </section>
  );
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
