import { Quiet, SlowSentence } from '../components/states.tsx';

/** The lines of a page whose file is still on its way. */
export function PendingPage() {
  return (
    <div className="max-w-[1228px] px-4 pt-4 md:px-8 md:pt-6" role="status" aria-label="Loading the page">
      <p className="text-22 font-semibold">
        <Quiet ch={14} />
      </p>
      <p className="mt-1">
        <Quiet ch={48} />
      </p>
      <SlowSentence />
    </div>
  );
}
