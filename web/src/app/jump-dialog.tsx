import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState, type KeyboardEvent } from 'react';
import { listDatasets } from '../../../contracts/datasets.ts';
import { listModels } from '../../../contracts/models.ts';
import { listTrainingJobs } from '../../../contracts/training-jobs.ts';
import { Dialog } from '../components/dialog.tsx';
import { Input } from '../components/field.tsx';
import { query } from '../lib/api.ts';
import { matching, type Place } from './jump-places.ts';

/** Goes to a page, or to a dataset, job or model by its name: the newest hundred of each. */
export default function JumpDialog({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const navigate = useNavigate();
  const id = useId();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const newest = { query: { limit: 100 } };
  const settings = { freshMilliseconds: 60_000 };
  const datasets = useQuery(query(listDatasets, newest, settings));
  const jobs = useQuery(query(listTrainingJobs, newest, settings));
  const models = useQuery(query(listModels, newest, settings));
  const places = matching(typed, {
    datasets: datasets.data?.items.map(({ dataset }) => dataset) ?? [],
    jobs: jobs.data?.items.map(({ job }) => job) ?? [],
    models: models.data?.items ?? [],
  });

  const go = (place: Place | undefined) => {
    if (!place) return;
    onOpenChange(false);
    switch (place.noun) {
      case 'page':
        void navigate({ to: place.to });
        return;
      case 'datasets':
        void navigate({ to: '/datasets/$datasetId', params: { datasetId: place.id } });
        return;
      case 'training-jobs':
        void navigate({ to: '/training-jobs/$jobId', params: { jobId: place.id } });
        return;
      case 'models':
        void navigate({ to: '/models/$modelId', params: { modelId: place.id } });
    }
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt(Math.min(places.length - 1, Math.max(0, at + step)));
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      go(places[at]);
    }
  };

  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Jump to">
      <Input
        role="combobox"
        aria-label="Page, dataset, job or model"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={places[at] ? `${id}-${at}` : undefined}
        autoComplete="off"
        placeholder="Page, dataset, job or model"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Places" className="mt-2 min-h-64">
        {places.map((place, index) => (
          <div
            key={place.noun === 'page' ? place.to : place.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onMouseMove={() => setAt(index)}
            onClick={() => go(place)}
            onKeyDown={press}
            className="flex min-h-10 cursor-pointer items-center gap-3 rounded-mark px-2 aria-selected:bg-accent-soft md:min-h-8"
          >
            <span className="min-w-0 flex-1 truncate">{place.label}</span>
            <span className="text-12 text-ink-3">{place.kind}</span>
          </div>
        ))}
        {places.length === 0 && <div className="px-2 py-2 text-ink-2">Nothing has this in its name.</div>}
      </div>
    </Dialog>
  );
}
