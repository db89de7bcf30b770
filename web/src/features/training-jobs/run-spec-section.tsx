import type { TrainingJob } from '../../../../contracts/training-jobs.ts';
import { CopyButton, CopyId } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { specLines } from './hyperparameter-fields.ts';
import { formatLabel } from './model-formats.ts';
import { curlOf } from './run-form.ts';

/** What the run was told to do, frozen when it was accepted. */
export function RunSpecSection({ job, className }: { job: TrainingJob; className?: string }) {
  const body = {
    name: job.name,
    datasetId: job.dataset.id,
    datasetVersion: job.dataset.version,
    baseModel: job.baseModel,
    preset: job.preset,
    hyperparameters: job.hyperparameters,
    gpuType: job.gpuType,
    gpuCount: job.gpuCount,
    modelFormat: job.modelFormat ?? 'peft',
    capUsdMicros: job.capUsdMicros,
  };
  return (
    <Section
      title="Run spec"
      note="frozen at the start"
      line={false}
      {...(className ? { className } : {})}
      aside={<CopyButton text={curlOf(window.location.origin, body)} label="Copy as API call" />}
    >
      <dl className="grid grid-cols-[92px_1fr] gap-x-2.5 gap-y-1 text-12">
        {specLines(job.hyperparameters).map((line) => (
          <div key={line.name} className="contents">
            <dt className="text-ink-3">{line.name}</dt>
            <dd>{line.text}</dd>
          </div>
        ))}
        <dt className="text-ink-3">Publishes</dt>
        <dd>{formatLabel(job.modelFormat ?? 'peft')}</dd>
        <dt className="text-ink-3">Data</dt>
        <dd>
          <CopyId id={job.dataset.data.sha256} what="checksum of the data" />
        </dd>
      </dl>
    </Section>
  );
}
