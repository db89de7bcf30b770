import type { DatasetVersion } from '../../../../contracts/dataset-versions.ts';
import type { Dataset } from '../../../../contracts/datasets.ts';
import { LinkButton } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { Mark } from '../../components/pill.tsx';
import { counted, tokens } from '../../lib/format/numbers.ts';
import { stateOf, verdictOf } from '../datasets/dataset-words.ts';

/** For an account with data and no job yet: what can be done with the newest dataset. */
export function NextStep({ dataset, version }: { dataset: Dataset; version: DatasetVersion }) {
  const ready = version.status === 'ready' ? version.summary : undefined;
  return (
    <Section title="Next">
      <div className="grid grid-cols-[18px_1fr] items-start gap-3 py-3 md:grid-cols-[18px_1fr_auto]">
        <Mark tone={stateOf(version).tone} />
        <div className="min-w-0">
          <p className="font-medium wrap-anywhere">
            {dataset.name} v{version.version}: {verdictOf(version).title.replace(/^Ready/, 'ready')}
          </p>
          <p className="max-w-[72ch] text-ink-2">
            {ready
              ? `${counted(ready.usableRows, 'row')}${ready.tokens ? `, ${tokens(ready.tokens.total)}` : ''}. The next page says what a run takes in time and money, before it costs anything.`
              : verdictOf(version).sentence}
          </p>
        </div>
        <div className="max-md:col-start-2">
          {ready ? (
            <LinkButton
              size="sm"
              to="/training-jobs/new"
              search={{ datasetId: dataset.id, version: version.version }}
            >
              Train on it
            </LinkButton>
          ) : (
            <LinkButton size="sm" to="/datasets/$datasetId" params={{ datasetId: dataset.id }}>
              Open it
            </LinkButton>
          )}
        </div>
      </div>
    </Section>
  );
}
