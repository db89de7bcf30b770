import { CopyButton } from '../../components/copy.tsx';
import { curlOf } from './run-form.ts';

/** The same job for a terminal or a script. */
export function ApiCall({ body }: { body: object }) {
  const call = curlOf(window.location.origin, body);
  return (
    <div className="mt-4">
      <div className="mb-1.5 flex items-center justify-between gap-3">
        <h2 className="text-12 text-ink-3">The same as an API call</h2>
        <CopyButton text={call} />
      </div>
      <pre
        tabIndex={0}
        aria-label="The API call"
        className="overflow-x-auto rounded-control bg-sunk px-3 py-2.5 text-11 leading-[17px]"
      >
        {call}
      </pre>
    </div>
  );
}
