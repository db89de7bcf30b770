/** What a scripted trainer is to do, and what a fault makes of it. */

/** How a run goes, when nothing disturbs it. */
export interface TrainerScript {
  steps: number;
  stepMs: number;
  checkpointEverySteps: number;
  /** Loading, evaluating, exporting: each takes so long. */
  phaseMs: number;
  /** It reports no more often than this, whatever it is told. */
  reportMs?: number;
  /** What each report carries of the log besides its own lines. */
  logTail?: string;
  /** What a point says besides its loss. */
  measured?: (step: number) => Record<string, number>;
}

/** What a fault makes of a trainer. */
export interface TrainerFaults {
  /** Fault 32: a manifest with a file that is not there, or with other bytes than it says. */
  manifest?: 'names-more' | 'wrong-checksum' | 'other-data';
  /** Fault 31: the process dies right after its manifest is stored, before it can say so. */
  diesAfterManifest?: boolean;
  /** Fault 39: its clock, its numbers, its flood. */
  clockOffsetMs?: number;
  wildNumbers?: boolean;
  floods?: boolean;
  /** Each report is sent twice at the same time. */
  doublesReports?: boolean;
  /** Fault 44: the first part of its model takes so long, and what was sent may break off at the end of it. */
  slowUpload?: { ms: number; breaksOff: boolean };
  /** Fault 37: until then it goes on whatever it is told; one that hangs in a kernel hears nobody. */
  deafUntil?: number;
  /** Reports nothing more from this step on, and goes on training. */
  silentFromStep?: number;
  /** Ends with this class at this step. */
  failsAt?: { step: number; code: string };
}
