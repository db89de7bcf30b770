import { Dialog } from '../components/dialog.tsx';

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['⌘ K'], 'Jump to a page or a name'],
  [['g', 'd'], 'Dashboard'],
  [['g', 's'], 'Datasets'],
  [['g', 'j'], 'Jobs'],
  [['g', 'm'], 'Models'],
  [['g', 'c'], 'Costs'],
  [['g', 'n'], 'Notifications'],
  [['n'], 'New training job'],
  [['u'], 'Upload a dataset'],
  [['/'], 'Filter the list'],
  [['[', ']'], 'Row before, next row'],
  [['←', '→'], 'Read a chart step by step'],
  [['t'], 'Turn light or dark'],
  [['?'], 'This list'],
  [['Esc'], 'Close'],
];

/** Every key of the web. */
export default function ShortcutsDialog(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog {...props} title="Keys" description="Single keys can be switched off in the settings.">
      <dl className="grid gap-x-8 md:grid-cols-2">
        {KEYS.map(([keys, what]) => (
          <div key={what} className="flex items-center justify-between gap-3 border-b border-line py-1.5">
            <dt>{what}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="min-w-5 rounded-mark border border-line-strong bg-page px-1 text-center text-11 text-ink-2"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
