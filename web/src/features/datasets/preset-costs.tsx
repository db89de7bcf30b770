import { useQueries, useQuery } from '@tanstack/react-query';
import type { PresetId } from '../../../../contracts/catalog.ts';
import { estimateCost } from '../../../../contracts/costs.ts';
import { Section } from '../../components/page.tsx';
import { Quiet } from '../../components/states.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { query } from '../../lib/api.ts';
import { describeError } from '../../lib/describe-error.ts';
import { moneyRange } from '../../lib/format/money.ts';
import { duration } from '../../lib/format/time.ts';
import { gpuWords } from '../training-jobs/job-words.ts';
import { firstRun } from '../training-jobs/run-form.ts';
import { baseModelsQuery, gpuTypesQuery, presetsQuery } from '../training-jobs/use-catalog.ts';
import type { CheckedVersion } from './dataset-words.ts';

const PRESETS: readonly { id: PresetId; title: string }[] = [
  { id: 'quick', title: 'Quick' },
  { id: 'balanced', title: 'Balanced' },
  { id: 'quality', title: 'Quality' },
];

/** What a job on this version would cost under each preset, with the base model and GPU a new job begins with. */
export function PresetCosts({ version }: { version: CheckedVersion }) {
  const baseModels = useQuery(baseModelsQuery);
  const gpuTypes = useQuery(gpuTypesQuery);
  const { baseModel, gpuType } = firstRun(baseModels.data?.items ?? [], gpuTypes.data?.items ?? []);
  const titles = useQuery(presetsQuery(baseModel?.id ?? '', version)).data?.items;
  const estimates = useQueries({
    queries: PRESETS.map(({ id }) => ({
      ...query(
        estimateCost,
        {
          body: {
            datasetId: version.datasetId,
            datasetVersion: version.version,
            baseModel: baseModel?.id ?? '',
            preset: id,
            gpuType: gpuType?.id ?? '',
            gpuCount: 1,
          },
        },
        { enabled: baseModel !== undefined && gpuType !== undefined, freshMilliseconds: 60_000 },
      ),
      // Until the catalog is there all three would be one and the same.
      ...(baseModel && gpuType ? {} : { queryKey: ['costs', estimateCost.id, 'later', id] }),
      retry: false,
    })),
  });
  const refusal = estimates.find(({ error }) => error)?.error ?? baseModels.error ?? gpuTypes.error;
  const fits = estimates.every(({ data }) => data?.memory.fits !== false);
  return (
    <Section
      title="What it would cost"
      line={false}
      note={
        baseModel &&
        gpuType &&
        `${baseModel.title} on ${gpuWords(gpuType.title, 1, gpuType.accelerator)}; 8 of 10 jobs end between the two figures`
      }
    >
      {refusal ? (
        <p className="border-t border-line py-2.5 text-ink-2">{refusalWords(refusal)}</p>
      ) : (
        <ul className="grid border-y border-line md:grid-cols-3">
          {PRESETS.map(({ id, title }, index) => {
            const estimate = estimates[index]?.data;
            return (
              <li
                key={id}
                className="min-w-0 border-line py-2.5 not-first:max-md:border-t md:not-first:border-l md:not-first:pl-4"
              >
                <TextLink
                  to="/training-jobs/new"
                  search={{ datasetId: version.datasetId, version: version.version, preset: id }}
                  className="inline-block max-md:min-h-6"
                >
                  {titles?.find((preset) => preset.id === id)?.title ?? title}
                  <span className="sr-only">: a new job with this preset</span>
                </TextLink>
                <p className="flex flex-wrap items-baseline gap-x-2">
                  <span className="text-14 font-semibold">
                    {estimate ? (
                      moneyRange(estimate.costUsdMicros.low, estimate.costUsdMicros.high)
                    ) : (
                      <Quiet ch={14} />
                    )}
                  </span>
                  <span className="text-12 text-ink-3">
                    {estimate ? `about ${duration(estimate.seconds.expected)}` : <Quiet ch={8} />}
                  </span>
                </p>
              </li>
            );
          })}
        </ul>
      )}
      {!fits && (
        <p className="mt-1.5 text-12 text-warn">
          It does not fit into the memory of this GPU type; another can be chosen in the new job.
        </p>
      )}
    </Section>
  );
}

function refusalWords(error: unknown): string {
  const { title, sentence } = describeError(error);
  return `It can’t be priced: ${title.charAt(0).toLowerCase()}${title.slice(1)} ${sentence}`;
}
