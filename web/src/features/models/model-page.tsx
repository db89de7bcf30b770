import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { MoreHorizontal, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { getModel, type Model } from '../../../../contracts/models.ts';
import { IconButton } from '../../components/button.tsx';
import { CopyId } from '../../components/copy.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page, Verdict } from '../../components/page.tsx';
import { Mark } from '../../components/pill.tsx';
import { ErrorState, QuietRows } from '../../components/states.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { query } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { clock, fullDay } from '../../lib/format/time.ts';
import { ChecksSection } from './checks-section.tsx';
import { DeleteModelDialog } from './delete-model-dialog.tsx';
import { DownloadAll } from './downloads.tsx';
import { FilesSection } from './files-section.tsx';
import { LineageSection } from './lineage-section.tsx';
import { LoadSection } from './load-section.tsx';
import { verdictOf } from './model-words.ts';
import { QualitySection } from './quality-section.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { SamplesSection } from './samples-section.tsx';

const CRUMBS = [{ label: 'Models', to: '/models' }] as const;

/** One model: the verdict first, then what it stands on, then its files. */
export default function ModelPage() {
  const { modelId } = useParams({ from: '/app/models/$modelId' });
  const answer = useQuery(query(getModel, { path: { modelId } }));
  if (answer.data) return <ModelDetail model={answer.data} />;
  return (
    <Page title="Model" crumbs={CRUMBS}>
      {answer.isError ? (
        <ErrorState
          error={answer.error}
          title="The model couldn’t be loaded."
          onRetry={() => void answer.refetch()}
        />
      ) : (
        <QuietRows rows={4} columns={[16, 16, 16]} label="Loading the model" />
      )}
    </Page>
  );
}

function ModelDetail({ model }: { model: Model }) {
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const verdict = verdictOf(model);
  const available = model.status === 'available';
  return (
    <Page
      title={model.name}
      crumbs={CRUMBS}
      lead={
        <>
          Made on {fullDay(model.createdAt)} at {clock(model.createdAt)} from{' '}
          <TextLink
            to="/datasets/$datasetId"
            params={{ datasetId: model.dataset.id }}
            search={{ version: model.dataset.version }}
          >
            {model.dataset.name} v{model.dataset.version}
          </TextLink>{' '}
          by{' '}
          <TextLink to="/training-jobs/$jobId" params={{ jobId: model.jobId }}>
            its job
          </TextLink>{' '}
          for {money(model.costUsdMicros)}. <CopyId id={model.id} />
        </>
      }
      actions={
        available && (
          <>
            <DownloadAll model={model} />
            <span className="max-md:!flex-none">
              <Menu
                align="end"
                trigger={
                  <IconButton label={`Actions for ${model.name}`} className="border-line-strong">
                    <MoreHorizontal aria-hidden />
                  </IconButton>
                }
              >
                <MenuItem onSelect={() => setOpen('rename')}>
                  <Pencil aria-hidden className="size-4 text-ink-3" />
                  Rename…
                </MenuItem>
                <MenuItem danger onSelect={() => setOpen('delete')}>
                  <Trash2 aria-hidden className="size-4" />
                  Delete…
                </MenuItem>
              </Menu>
            </span>
          </>
        )
      }
    >
      {open === 'rename' && <RenameDialog model={model} onClose={() => setOpen(null)} />}
      {open === 'delete' && <DeleteModelDialog model={model} onClose={() => setOpen(null)} />}
      {model.status === 'deleted' && (
        <Notice tone="warn" title={`The files were deleted on ${fullDay(model.deletedAt)}.`} className="mb-5">
          What it cost and how good it was stays here. The job can be run again.
        </Notice>
      )}
      <Verdict
        mark={<Mark tone={verdict.tone} size="lg" />}
        title={
          <>
            <span className={verdict.tone === 'ok' ? 'text-ok' : 'text-warn'}>
              {model.evaluation ? `${verdict.word}:` : ''}
            </span>{' '}
            {verdict.title}
          </>
        }
      >
        {verdict.sentence}
      </Verdict>
      {model.samples.length > 0 && <SamplesSection model={model} />}
      {model.evaluation && <QualitySection evaluation={model.evaluation} training={model.training} />}
      <ChecksSection model={model} />
      <div className="grid grid-cols-1 gap-x-10 lg:grid-cols-[minmax(0,1fr)_392px]">
        <div className="min-w-0">
          <FilesSection model={model} />
          <LineageSection model={model} />
        </div>
        <aside className="min-w-0">{available && <LoadSection model={model} />}</aside>
      </div>
    </Page>
  );
}
