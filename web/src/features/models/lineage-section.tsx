import { ArrowRight } from 'lucide-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Model } from '../../../../contracts/models.ts';
import { CopyId } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { money } from '../../lib/format/money.ts';
import { compact, count, counted } from '../../lib/format/numbers.ts';
import { duration } from '../../lib/format/time.ts';
import { specLines } from '../training-jobs/hyperparameter-fields.ts';
import { STOPS } from '../training-jobs/job-words.ts';
import { useCatalogNames } from '../training-jobs/use-catalog.ts';
import { memoryWords, speedWords } from './training-words.ts';

const box = 'block rounded-control border bg-surface px-3 py-2';

/** Data and base, through the job, to this model; and everything the run was told and measured. */
export function LineageSection({ model }: { model: Model }) {
  const names = useCatalogNames();
  const { training } = model;
  return (
    <Section title="Where it comes from" note="same inputs, same seed, same machine: same bytes">
      <div className="flex items-center gap-2 py-4 max-md:flex-col max-md:items-stretch">
        <div className="grid min-w-0 flex-1 gap-2">
          <Link
            to="/datasets/$datasetId"
            params={{ datasetId: model.dataset.id }}
            search={{ version: model.dataset.version }}
            className={`${box} border-line hover:border-control`}
          >
            <Box name={`${model.dataset.name} v${model.dataset.version}`}>
              dataset, {counted(training.trainingRows, 'row')} trained, {count(training.validationRows)} held
              out
            </Box>
          </Link>
          <div className={`${box} border-line`}>
            <Box name={names.baseModel(model.baseModel.id)}>
              base, revision {model.baseModel.revision.slice(0, 12)}
            </Box>
          </div>
        </div>
        <Arrow />
        <Link
          to="/training-jobs/$jobId"
          params={{ jobId: model.jobId }}
          className={`${box} min-w-0 flex-1 border-line hover:border-control`}
        >
          <Box name="Job">
            {model.preset}, {counted(model.attempts, 'attempt')}, {duration(training.seconds)},{' '}
            {money(model.costUsdMicros)}
          </Box>
        </Link>
        <Arrow />
        <div className={`${box} min-w-0 flex-1 border-accent bg-accent-soft`}>
          <Box name={model.name}>this model, step {count(training.keptStep)}</Box>
        </div>
      </div>
      <dl className="grid grid-cols-[132px_1fr] gap-x-3 gap-y-1 text-12">
        {specLines(model.hyperparameters).map((line) => (
          <Fact key={line.name} name={line.name}>
            {line.text}
          </Fact>
        ))}
        <Fact name="Run">
          {counted(training.steps, 'step')}, {STOPS[training.stopReason]}
        </Fact>
        <Fact name="Trained">
          {compact(training.trainedTokens)} tokens of answers, {compact(training.processedTokens)} read
        </Fact>
        <Fact name="Speed">{speedWords(training, names.gpu(model.gpuType, training.processes ?? 1))}</Fact>
        <Fact name="Memory">{memoryWords(training)}</Fact>
        <Fact name="Parameters">{compact(training.trainableParameters)} trainable</Fact>
        <Fact name="Rows left out">
          {training.rowsCut === 0 && training.rowsSkipped === 0
            ? 'none'
            : `${count(training.rowsCut)} cut at the longest row, ${count(training.rowsSkipped)} skipped`}
        </Fact>
        <Fact name="Data">
          <CopyId id={model.dataset.sha256} what="checksum of the data" />
        </Fact>
      </dl>
    </Section>
  );
}

function Box({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <span className="block truncate font-medium">{name}</span>
      <span className="block text-12 text-ink-3">{children}</span>
    </>
  );
}

function Arrow() {
  return (
    <ArrowRight aria-hidden className="size-4 shrink-0 text-ink-3 max-md:rotate-90 max-md:self-center" />
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-ink-3">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
