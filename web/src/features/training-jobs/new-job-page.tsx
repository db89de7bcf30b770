import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { LinkButton } from '../../components/button.tsx';
import { Page } from '../../components/page.tsx';
import { EmptyState, ErrorState, QuietRows } from '../../components/states.tsx';
import { useDatasetChoices } from './dataset-picker.tsx';
import { NewRun } from './new-run.tsx';
import { baseModelsQuery, gpuTypesQuery } from './use-catalog.ts';

const CRUMBS = [{ label: 'Jobs', to: '/training-jobs' }] as const;

/** Everything of a run in one place: what it learns from, how far it goes, what it costs, and what it may cost. */
export default function NewJobPage() {
  const asked = useSearch({ from: '/app/training-jobs/new' });
  const datasets = useDatasetChoices(asked.datasetId);
  const baseModels = useQuery(baseModelsQuery);
  const gpuTypes = useQuery(gpuTypesQuery);
  const error = datasets.error ?? baseModels.error ?? gpuTypes.error;
  const isEmpty = datasets.items?.length === 0;
  const ready = datasets.items && baseModels.data && gpuTypes.data && !isEmpty;

  return (
    <Page
      title="New training job"
      crumbs={CRUMBS}
      lead={ready ? 'Everything is filled in from your dataset. You can start as it stands.' : undefined}
    >
      {error && !ready ? (
        <ErrorState
          error={error}
          title="What a job needs couldn’t be loaded."
          onRetry={() => {
            void datasets.refetch();
            void baseModels.refetch();
            void gpuTypes.refetch();
          }}
        />
      ) : isEmpty ? (
        <EmptyState
          title="A job needs a dataset."
          actions={
            <>
              <LinkButton to="/datasets" search={{ upload: true }} variant="primary">
                Upload dataset…
              </LinkButton>
              <LinkButton to="/datasets">Use the example</LinkButton>
            </>
          }
        >
          You have none yet. As soon as one has passed its check, everything here is filled in from it.
        </EmptyState>
      ) : ready ? (
        <NewRun
          asked={asked}
          datasets={datasets.items ?? []}
          baseModels={baseModels.data.items}
          gpuTypes={gpuTypes.data.items}
        />
      ) : (
        <QuietRows rows={5} columns={[24, 24]} label="Loading what a job needs" />
      )}
    </Page>
  );
}
