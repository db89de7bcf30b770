/** What a trainer's report tells in words: phases, the first step, evaluations, findings, and what its curve gives away. */
import type { MetricPoint } from '../../contracts/metrics.ts';
import type { Progress } from '../../contracts/progress.ts';
import type { ProgressReport } from '../../contracts/runs.ts';
import type { Alert } from './alerts.ts';
import type { EventToWrite } from './job-events.ts';

/** More events of one report are not told: the curves have them. */
const EVENTS_PER_REPORT = 25;

const PHASES: Record<ProgressReport['phase'], string> = {
  starting: 'Starting',
  loading: 'Loading the base model and the data',
  'evaluating-base': 'Measuring the base model on the held-out rows',
  training: 'Training',
  'evaluating-tuned': 'Measuring the tuned model on the held-out rows',
  exporting: 'Exporting the adapter',
  publishing: 'Storing the model’s files',
  ended: 'The trainer has ended',
};

const alertEvent = (alert: Alert, attempt: number): EventToWrite => ({
  ...alert,
  key: `${alert.kind}#${attempt}#${alert.step}`,
  attempt,
});

interface Told {
  before: Progress | undefined;
  report: ProgressReport;
  points: readonly MetricPoint[];
  alerts: readonly Alert[];
  attempt: number;
}

/** What a report tells, as events with keys of their own. */
export function eventsOf({ before, report, points, alerts, attempt }: Told): EventToWrite[] {
  const events: EventToWrite[] = [];
  const { phase } = report;
  if (phase !== before?.phase) {
    events.push({ key: `phase#${attempt}#${phase}`, kind: 'phase', attempt, title: PHASES[phase] });
  }
  const firstStep = points.find((point) => point.step > 0 && point.loss !== undefined);
  if ((before?.step ?? 0) === 0 && firstStep) {
    events.push({
      key: `first-step#${attempt}`,
      kind: 'first-step',
      attempt,
      title: `First step, loss ${firstStep.loss?.toFixed(3)}`,
    });
  }
  for (const { step, validationLoss } of points) {
    if (validationLoss === undefined) continue;
    events.push({
      key: `evaluation#${attempt}#${step}`,
      kind: 'evaluation',
      attempt,
      title: `Validation loss ${validationLoss.toFixed(3)} at step ${step}`,
    });
  }
  report.findings.forEach((finding, place) => {
    events.push({
      key: `finding#${attempt}#${report.batch}#${place}`,
      kind: 'finding',
      attempt,
      title: finding.slice(0, 200),
    });
  });
  // An alert is told before a flood of the rest.
  return [...alerts.map((alert) => alertEvent(alert, attempt)), ...events].slice(0, EVENTS_PER_REPORT);
}
