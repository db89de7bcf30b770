import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listModels, type Model } from '../../../../contracts/models.ts';
import { LinkButton } from '../../components/button.tsx';
import { Page } from '../../components/page.tsx';
import { itemsOf, PagedList } from '../../components/paged-list.tsx';
import { Pill } from '../../components/pill.tsx';
import { EmptyState } from '../../components/states.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { pages } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { bytes, loss, signed } from '../../lib/format/numbers.ts';
import { when } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';
import { useCatalogNames } from '../training-jobs/use-catalog.ts';
import { verdictOf } from './model-words.ts';

/** Models, newest first, each with its verdict against the base. */
export default function ModelsPage() {
  const list = useInfiniteQuery({ ...pages(listModels, { query: { limit: 50 } }), refetchInterval: 30_000 });
  const items = itemsOf(list);
  return (
    <Page
      title="Models"
      lead={items && items.length > 0 ? 'What jobs made, and whether it is better than its base.' : undefined}
    >
      <PagedList
        list={list}
        what="models"
        quiet={{ rows: 4, columns: [18, 10, 12, 8] }}
        nothing={
          <EmptyState
            title="No models yet."
            actions={
              <LinkButton to="/training-jobs/new" variant="primary">
                New training job
              </LinkButton>
            }
          >
            A job that succeeds leaves one model: an adapter with its checksums, its answers before and after,
            and a verdict on rows it never saw.
          </EmptyState>
        }
      >
        {(items) => <ModelTable items={items} />}
      </PagedList>
    </Page>
  );
}

function ModelTable({ items }: { items: readonly Model[] }) {
  const names = useCatalogNames();
  const now = useNow(30_000);
  return (
    <Table caption="Models, newest first">
      <thead>
        <tr>
          <Th>Model</Th>
          <Th>Verdict</Th>
          <Th numeric>Base loss</Th>
          <Th numeric>Tuned loss</Th>
          <Th numeric>Difference, 95 % interval</Th>
          <Th numeric>Size</Th>
          <Th numeric>Cost</Th>
          <Th numeric>Made</Th>
        </tr>
      </thead>
      <tbody>
        {items.map((model) => {
          const verdict = verdictOf(model);
          const { evaluation } = model;
          return (
            <tr key={model.id} className="hover:bg-sunk max-md:hover:bg-transparent">
              <Td className="max-md:min-w-36">
                <Link
                  to="/models/$modelId"
                  params={{ modelId: model.id }}
                  className="inline-block min-h-6 font-medium wrap-anywhere hover:underline"
                >
                  {model.name}
                </Link>
                <div className="text-12 text-ink-3">
                  <TextLink
                    to="/datasets/$datasetId"
                    params={{ datasetId: model.dataset.id }}
                    search={{ version: model.dataset.version }}
                    className="!font-normal !text-ink-3"
                  >
                    {model.dataset.name} v{model.dataset.version}
                  </TextLink>{' '}
                  on {names.baseModel(model.baseModel.id)}
                </div>
              </Td>
              <Td>
                <span className="flex flex-wrap gap-1">
                  <Pill tone={verdict.tone}>{verdict.word}</Pill>
                  {model.status === 'deleted' && <Pill tone="mute">Files deleted</Pill>}
                </span>
              </Td>
              <Td numeric>{evaluation ? loss(evaluation.base.loss) : '–'}</Td>
              <Td numeric className="font-medium">
                {evaluation ? loss(evaluation.tuned.loss) : '–'}
              </Td>
              <Td numeric>
                {evaluation ? signed(evaluation.difference.mean, 3) : '–'}
                {evaluation && (
                  <div className="text-12 text-ink-3">
                    {signed(evaluation.difference.low, 3)} to {signed(evaluation.difference.high, 3)}
                  </div>
                )}
              </Td>
              <Td numeric>{bytes(model.totalBytes)}</Td>
              <Td numeric>{money(model.costUsdMicros)}</Td>
              <Td numeric className="text-ink-2">
                {when(model.createdAt, now)}
              </Td>
            </tr>
          );
        })}
      </tbody>
    </Table>
  );
}
