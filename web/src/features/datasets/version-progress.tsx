import type { DatasetVersion } from '../../../../contracts/dataset-versions.ts';
import { Facts } from '../../components/page.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { bytes, compact, count, percent } from '../../lib/format/numbers.ts';

type Moving = Extract<DatasetVersion, { status: 'validating' | 'repairing' }>;

/** How far a repair or a check is, and what the check can say already. */
export function VersionProgress({ version }: { version: Moving }) {
  const isRepair = version.status === 'repairing';
  const all = version.declaredBytes + (version.declaredValidationBytes ?? 0);
  const done = isRepair ? version.repairedBytes : version.checkedBytes;
  const share = done > 0 ? Math.min(1, done / all) : null;
  return (
    <div className="mb-8">
      {version.madeFrom && <Steps isRepair={isRepair} />}
      <div className="max-w-[640px]">
        <ProgressBar share={share} label={isRepair ? 'Repair of the file' : 'Check of the file'} />
        <p className="mt-1.5 text-12 text-ink-3" aria-live="polite">
          {share === null
            ? 'A small file takes seconds, one of 500 MB a minute or two.'
            : `${bytes(done)} of ${bytes(all)} ${isRepair ? 'repaired' : 'read'}, ${percent(share)}.`}
        </p>
      </div>
      {version.status === 'validating' && version.soFar && <SoFar soFar={version.soFar} />}
    </div>
  );
}

/** A repaired version goes two ways: it is made, then checked like any other. */
function Steps({ isRepair }: { isRepair: boolean }) {
  return (
    <ol className="mb-3 flex gap-6 text-12">
      {['Repair', 'Check'].map((name, index) => {
        const isNow = isRepair === (index === 0);
        return (
          <li
            key={name}
            aria-current={isNow ? 'step' : undefined}
            className={isNow ? 'font-semibold' : 'text-ink-3'}
          >
            {index + 1}. {name}
            {index === 0 && !isRepair && (
              <span aria-hidden className="ml-1.5 text-ok">
                ✓
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function SoFar({ soFar }: { soFar: NonNullable<Extract<Moving, { status: 'validating' }>['soFar']> }) {
  return (
    <div className="mt-6">
      <h2 className="mb-2 text-14 font-semibold">So far</h2>
      <Facts
        facts={[
          { label: 'Rows', value: count(soFar.rows) },
          {
            label: 'Errors',
            value: <span className={soFar.errors > 0 ? 'text-bad' : undefined}>{count(soFar.errors)}</span>,
          },
          { label: 'Warnings', value: count(soFar.warnings) },
          ...(soFar.estimatedTokens === undefined
            ? []
            : [
                {
                  label: 'Tokens',
                  value: (
                    <>
                      {compact(soFar.estimatedTokens)}
                      <small className="ml-1.5 text-12 font-normal text-ink-3">
                        of the whole, from a sample
                      </small>
                    </>
                  ),
                },
              ]),
        ]}
      />
    </div>
  );
}
