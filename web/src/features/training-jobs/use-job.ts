import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import {
  getJobLive,
  listJobEvents,
  listMetrics,
  type AttemptPoint,
  type JobEvent,
} from '../../../../contracts/metrics.ts';
import { getTrainingJob } from '../../../../contracts/training-jobs.ts';
import { continuedAt, curvesOf, mergePoints, type Curves } from '../../components/charts/curves.ts';
import { liveQuery, makeStale, query } from '../../lib/api.ts';
import { hasEnded, mergeEvents } from './job-figures.ts';
import { stepTakenOver } from './next-run.ts';

/**
 * The monitor's beat. A value waits up to 2 s for the trainer's report and up to this for the page: of two such waits one
 * in twenty is longer than 2 + 3 − √(2 · 2 · 3 / 20) = 4.2 s, which leaves 2.8 s of the 7 (design.md §10) for a busy
 * machine. Measured by `npm run bench` (test/bench/point-to-screen.ts). An hour of looks costs a third of a cent.
 */
export const LIVE_MILLISECONDS = 3_000;
/** The whole curve is read again so often, and when a tab that was hidden is seen; between, the snapshots extend it. */
const CURVE_MILLISECONDS = 120_000;
const CURVE_FRESH_MILLISECONDS = 15_000;
/** Attempts and a request to stop, made in another tab, are seen after this long at the latest. */
const RECORD_MILLISECONDS = 30_000;
const NO_POINTS: readonly AttemptPoint[] = [];
const NO_EVENTS: readonly JobEvent[] = [];

/**
 * A job as its page shows it. One snapshot every 3 s while it lives and the tab is seen; the record, the whole curve and
 * the older events are asked for at the start and when the snapshot says that they have changed.
 */
export function useJob(jobId: string) {
  const path = { jobId };
  const live = useQuery({
    ...liveQuery(getJobLive, { path }),
    refetchInterval: ({ state }) => (hasEnded(state.data?.status) ? false : LIVE_MILLISECONDS),
  });
  const record = useQuery({
    ...query(getTrainingJob, { path }),
    refetchInterval: hasEnded(live.data?.status) ? false : RECORD_MILLISECONDS,
  });
  const curve = useQuery({
    ...query(listMetrics, { path, query: { points: 3000 } }),
    staleTime: CURVE_FRESH_MILLISECONDS,
    refetchInterval: hasEnded(live.data?.status) ? false : CURVE_MILLISECONDS,
  });
  const older = useQuery(
    query(listJobEvents, { path, query: { limit: 100 } }, { freshMilliseconds: 60_000 }),
  );

  const cache = useQueryClient();
  const points = useGrowing(curve.data?.points ?? NO_POINTS, live.data?.points ?? NO_POINTS, mergePoints);
  const events = useMemo(
    () => mergeEvents(older.data?.items ?? NO_EVENTS, live.data?.events ?? NO_EVENTS),
    [older.data, live.data],
  );

  const job = record.data?.job;
  const status = live.data?.status ?? job?.status;
  const attempt = live.data?.attempt;
  const { refetch: refetchRecord } = record;
  const { refetch: refetchCurve } = curve;
  const { refetch: refetchOlder } = older;
  // A transition or a new attempt: the record has more to say than the snapshot, and the curve a new part.
  useEffect(() => {
    if (status === undefined || attempt === undefined) return;
    void refetchRecord();
    void refetchCurve();
    if (hasEnded(status)) void refetchOlder();
  }, [status, attempt, refetchRecord, refetchCurve, refetchOlder]);
  // Counts in the frame, the new model and what it cost are asked for when the job ends before a person's eyes.
  const wasLive = useRef(false);
  useEffect(() => {
    if (status !== undefined && !hasEnded(status)) wasLive.current = true;
    if (!wasLive.current || !hasEnded(status)) return;
    wasLive.current = false;
    void makeStale(cache, ['training-jobs', 'models', 'costs', 'notifications']);
  }, [status, cache]);

  const attempts = job?.attempts;
  const begin = job?.continuedFrom === undefined ? undefined : stepTakenOver(job);
  const curves: Curves = useMemo(() => {
    const own = curvesOf(
      points,
      new Map(
        (attempts ?? []).flatMap((attempt) =>
          attempt.resumedFromStep === undefined ? [] : [[attempt.attempt, attempt.resumedFromStep] as const],
        ),
      ),
    );
    return begin === undefined ? own : continuedAt(own, begin);
  }, [points, attempts, begin]);
  return {
    job,
    status,
    live: live.data,
    progress: live.data?.progress ?? record.data?.progress ?? null,
    curves,
    events,
    hasOlderEvents: older.data?.nextCursor !== undefined,
    /** When the figures on the page were true. */
    asOf: live.data?.at,
    error: record.data === undefined ? record.error : live.isError ? live.error : null,
    loaded: record.data !== undefined,
    isPolling: !hasEnded(status),
    refetch: () => {
      void refetchRecord();
      void live.refetch();
      void refetchCurve();
    },
  };
}

/** What was loaded whole, and everything that has come since; a snapshot's tail alone would forget its own past. */
function useGrowing<Item>(
  whole: readonly Item[],
  newest: readonly Item[],
  merge: (known: readonly Item[], newer: readonly Item[]) => readonly Item[],
): readonly Item[] {
  const [state, setState] = useState({ whole, newest, all: merge(whole, newest) });
  if (state.whole === whole && state.newest === newest) return state.all;
  const base = state.whole === whole ? state.all : merge(whole, state.all);
  const next = { whole, newest, all: merge(base, newest) };
  setState(next);
  return next.all;
}
