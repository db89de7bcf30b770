/** Somewhere ⌘K leads. */
export type Place =
  | {
      noun: 'page';
      to:
        | '/'
        | '/datasets'
        | '/training-jobs'
        | '/training-jobs/new'
        | '/models'
        | '/costs'
        | '/notifications'
        | '/settings';
      label: string;
      kind: string;
    }
  | { noun: 'datasets' | 'training-jobs' | 'models'; id: string; label: string; kind: string };

const page = (to: Extract<Place, { noun: 'page' }>['to'], label: string): Place => ({
  noun: 'page',
  to,
  label,
  kind: 'page',
});
const PAGES: readonly Place[] = [
  page('/', 'Dashboard'),
  page('/datasets', 'Datasets'),
  page('/training-jobs', 'Jobs'),
  page('/training-jobs/new', 'New training job'),
  page('/models', 'Models'),
  page('/costs', 'Costs'),
  page('/notifications', 'Notifications'),
  page('/settings', 'Settings'),
];
/** What fits the dialog without scrolling. */
const MOST = 8;

interface Named {
  id: string;
  name: string;
}

/** Places with every typed word in their name; those that begin with what was typed first, then in the order given. */
export function matching(
  typed: string,
  found: { datasets: readonly Named[]; jobs: readonly Named[]; models: readonly Named[] },
): Place[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const things = [
    ...found.jobs.map(({ id, name }): Place => ({ noun: 'training-jobs', id, label: name, kind: 'job' })),
    ...found.datasets.map(({ id, name }): Place => ({ noun: 'datasets', id, label: name, kind: 'dataset' })),
    ...found.models.map(({ id, name }): Place => ({ noun: 'models', id, label: name, kind: 'model' })),
  ];
  const begins = (place: Place) => place.label.toLowerCase().startsWith(words.join(' '));
  return [...PAGES, ...things]
    .filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)))
    .sort((a, b) => Number(begins(b)) - Number(begins(a)))
    .slice(0, MOST);
}
