import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { listModels, Model } from '../../../../contracts/models.ts';
import type { ResponseOf } from '../../../../contracts/operation.ts';
import { Section } from '../../components/page.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { ErrorState, QuietRows } from '../../components/states.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { loss } from '../../lib/format/numbers.ts';
import { when } from '../../lib/format/time.ts';
import { useCatalogNames } from '../training-jobs/use-catalog.ts';

const VERDICTS: Record<Model['verdict'], { tone: Tone; word: string }> = {
  ship: { tone: 'ok', word: 'Ship' },
  'keep-the-base': { tone: 'warn', word: 'Keep the base' },
  unproven: { tone: 'mute', word: 'Unproven' },
};
const SHOWN = 4;

/** The newest models with their verdict and how far their validation loss fell. */
export function LatestModels({
  models,
  now,
}: {
  models: UseQueryResult<ResponseOf<typeof listModels>>;
  now: Date;
}) {
  const names = useCatalogNames();
  const available = models.data?.items.filter((model) => model.status === 'available');
  const shown = available?.slice(0, SHOWN) ?? [];
  const worst = Math.max(0, ...shown.map((model) => model.evaluation?.base.loss ?? 0));
  if (available?.length === 0 && !models.isError) return null;
  return (
    <Section title="Latest models" aside={<TextLink to="/models">All models</TextLink>}>
      {models.isError && (
        <ErrorState
          error={models.error}
          title="The models couldn’t be loaded."
          onRetry={() => void models.refetch()}
        />
      )}
      {models.isPending && <QuietRows rows={3} columns={[24, 8, 16]} label="Loading the models" />}
      {shown.length > 0 && (
        <Table caption="Latest models with their verdict">
          <thead>
            <tr>
              <Th>Model</Th>
              <Th>Verdict</Th>
              <Th className="max-xl:hidden">
                Validation loss, base <Dot /> → tuned <Dot filled />
              </Th>
              <Th numeric>Loss</Th>
              <Th numeric>Made</Th>
            </tr>
          </thead>
          <tbody>
            {shown.map((model) => (
              <tr key={model.id}>
                <Td>
                  <Link
                    to="/models/$modelId"
                    params={{ modelId: model.id }}
                    className="font-medium wrap-anywhere hover:underline"
                  >
                    {model.name}
                  </Link>
                  <span className="block text-12 text-ink-3">{names.baseModel(model.baseModel.id)}</span>
                </Td>
                <Td>
                  <Pill tone={VERDICTS[model.verdict].tone}>{VERDICTS[model.verdict].word}</Pill>
                </Td>
                <Td className="max-xl:hidden">
                  {model.evaluation && (
                    <Fall
                      base={model.evaluation.base.loss}
                      tuned={model.evaluation.tuned.loss}
                      most={worst}
                    />
                  )}
                </Td>
                <Td numeric>
                  {model.evaluation ? (
                    <>
                      {loss(model.evaluation.base.loss)} →{' '}
                      <b className="font-semibold">{loss(model.evaluation.tuned.loss)}</b>
                    </>
                  ) : (
                    'not measured'
                  )}
                </Td>
                <Td numeric className="text-ink-2">
                  {when(model.createdAt, now)}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

/** The marks of the column's head, as they are drawn below it. */
function Dot({ filled = false }: { filled?: boolean }) {
  return (
    <svg aria-hidden width={9} height={9} className="inline align-[-0.5px]">
      <circle
        cx={4.5}
        cy={4.5}
        r={3.5}
        fill={filled ? 'var(--c1)' : 'none'}
        stroke={filled ? 'var(--c1)' : 'var(--ink-3)'}
        strokeWidth={1.5}
      />
    </svg>
  );
}

/** Base and tuned on one axis from 0; the figures stand beside it, so it is decoration to screen readers. */
function Fall({ base, tuned, most }: { base: number; tuned: number; most: number }) {
  const width = 180;
  const x = (value: number) => 8 + (value / (most || 1)) * (width - 16);
  return (
    <svg aria-hidden width={width} height={20} className="block">
      <line x1={8} x2={width - 8} y1={10} y2={10} stroke="var(--grid)" />
      <line x1={x(base)} x2={x(tuned)} y1={10} y2={10} stroke="var(--c1)" strokeWidth={2} />
      <circle cx={x(base)} cy={10} r={3.5} fill="var(--page)" stroke="var(--ink-3)" strokeWidth={1.5} />
      <circle cx={x(tuned)} cy={10} r={4} fill="var(--c1)" />
    </svg>
  );
}
