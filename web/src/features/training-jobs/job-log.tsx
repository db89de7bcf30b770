import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { getJobLogs } from '../../../../contracts/metrics.ts';
import { Checkbox } from '../../components/choice.tsx';
import { CopyButton } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState } from '../../components/states.tsx';
import { LinkAction } from '../../components/text-link.tsx';
import { query } from '../../lib/api.ts';
import { isApiError } from '../../lib/describe-error.ts';
import { counted } from '../../lib/format/numbers.ts';

/** The log as text, never as markup. It follows its end until somebody scrolls or switches that off. */
export function JobLog({
  jobId,
  tail,
  running,
  className,
}: {
  jobId: string;
  tail: string;
  running: boolean;
  className?: string;
}) {
  const [follow, setFollow] = useState(true);
  const [all, setAll] = useState(false);
  const box = useRef<HTMLPreElement>(null);
  // An ended job has no tail any more; its log is asked for at once.
  const wanted = all || (!running && tail === '');
  const whole = useQuery({
    ...query(getJobLogs, { path: { jobId } }, { enabled: wanted, freshMilliseconds: 15_000 }),
    refetchInterval: running && wanted ? 15_000 : false,
  });
  const text = (wanted ? whole.data?.text : undefined) ?? tail;
  const lines = text === '' ? 0 : text.trimEnd().split('\n').length;
  const noLog = isApiError(whole.error) && whole.error.code === 'logs-unavailable';

  useEffect(() => {
    const { current } = box;
    if (follow && current && text !== '') current.scrollTop = current.scrollHeight;
  }, [text, follow]);

  return (
    <Section
      title="Log"
      note={
        lines === 0
          ? undefined
          : wanted && whole.data && !whole.data.truncated
            ? counted(lines, 'line')
            : `last ${counted(lines, 'line')}`
      }
      line={false}
      {...(className ? { className } : {})}
      aside={
        <>
          {running && (
            <Checkbox
              label="Follow"
              checked={follow}
              onCheckedChange={setFollow}
              className="!min-h-0 !py-0 text-12"
            />
          )}
          {(all || tail !== '') && (
            <LinkAction onClick={() => setAll(!all)}>{all ? 'Only the newest' : 'Open all'}</LinkAction>
          )}
          {wanted && whole.data && <CopyButton text={whole.data.text} />}
        </>
      }
    >
      {wanted && whole.isError && !noLog && (
        <ErrorState
          error={whole.error}
          title="The log couldn’t be loaded."
          onRetry={() => void whole.refetch()}
        />
      )}
      {text === '' ? (
        <p className="text-12 text-ink-3">{running ? 'Nothing has been written yet.' : 'There is no log.'}</p>
      ) : (
        <pre
          ref={box}
          tabIndex={0}
          aria-label="Log"
          onWheel={(event) => {
            if (event.deltaY < 0) setFollow(false);
          }}
          className={`overflow-auto rounded-control bg-sunk px-3 py-2.5 text-[11.5px] leading-[19px] ${wanted ? 'max-h-[480px]' : 'max-h-44'}`}
        >
          {text}
        </pre>
      )}
    </Section>
  );
}
