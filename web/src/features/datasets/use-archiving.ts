import { changeDataset, type Dataset } from '../../../../contracts/datasets.ts';
import { useCall } from '../../lib/api.ts';

/** Archive takes a dataset out of the lists and of new jobs; restore brings it back. Nothing is deleted. */
export function useArchiving(dataset: Dataset) {
  const change = useCall(changeDataset);
  const to = (status: Dataset['status']) => () =>
    change.mutate({ path: { datasetId: dataset.id }, body: { status } });
  return { archive: to('archived'), restore: to('active'), error: change.error, forget: change.reset };
}
