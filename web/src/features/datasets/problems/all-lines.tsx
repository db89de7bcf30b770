import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { DATASET_ISSUES } from '../../../../../contracts/dataset-issues.ts';
import { getDatasetReport } from '../../../../../contracts/dataset-report.ts';
import { Dialog } from '../../../components/dialog.tsx';
import { Pager } from '../../../components/pager.tsx';
import { ErrorState, QuietRows } from '../../../components/states.tsx';
import { query } from '../../../lib/api.ts';
import { counted } from '../../../lib/format/numbers.ts';
import type { CheckedVersion } from '../dataset-words.ts';
import { FoundLines, type OpenRow } from './found-lines.tsx';
import type { ProblemGroup } from './problem-groups.ts';

/** A page of the list: more than a screen, less than a second to draw. */
const LIST = 100;

/** Every line of one code that the report keeps, page by page. */
export function AllLines({
  version,
  group,
  onOpen,
  onClose,
}: {
  version: CheckedVersion;
  group: ProblemGroup;
  onOpen: OpenRow;
  onClose: () => void;
}) {
  const [offset, setOffset] = useState(0);
  const report = useQuery({
    ...query(
      getDatasetReport,
      {
        path: { datasetId: version.datasetId, version: version.version },
        query: { code: group.code, limit: LIST, offset },
      },
      { freshMilliseconds: Infinity },
    ),
    placeholderData: keepPreviousData,
  });
  const { title, cure } = DATASET_ISSUES[group.code];
  const total = report.data?.total ?? 0;
  return (
    <Dialog open onOpenChange={onClose} wide title={title} description={cure}>
      {report.isPending && <QuietRows rows={6} columns={[6, 40]} label="Loading the lines" />}
      {report.isError && <ErrorState error={report.error} onRetry={() => void report.refetch()} />}
      {report.data && (
        <FoundLines
          version={version}
          issues={report.data.issues}
          onOpen={(place) => {
            onClose();
            onOpen(place);
          }}
        />
      )}
      {report.data && total < group.count && (
        <p className="mt-2 text-12 text-ink-3">
          The first {counted(total, 'finding')} are kept; {counted(group.count, 'was', 'were')} counted.
        </p>
      )}
      <Pager what="lines" offset={offset} page={LIST} total={total} onOffset={setOffset} />
    </Dialog>
  );
}
