import { count, loss as lossText } from '../../lib/format/numbers.ts';
import type { Curves } from './curves.ts';
import type { CurveAlert } from './loss-marks.tsx';

/** What the loss chart shows, in sentences, for people who do not see it. */
export function lossFinding({
  curves,
  baseLoss,
  totalSteps,
  reachedStep,
  running,
  alerts = [],
}: {
  curves: Curves;
  baseLoss: number | null;
  totalSteps: number;
  reachedStep: number;
  running: boolean;
  alerts?: readonly CurveAlert[];
}): string {
  const newest = curves.validation.at(-1);
  const training = curves.training.at(-1);
  if (!newest && !training) return 'Loss by step: nothing has been measured yet.';
  const sentences = ['Training and validation loss by step.'];
  if (newest && baseLoss !== null && newest.step > 0) {
    const change = newest.value - baseLoss;
    const verb = change < 0 ? 'fell' : 'rose';
    sentences.push(
      `Validation loss ${verb} from ${lossText(baseLoss)} before training to ${lossText(newest.value)} at step ${count(newest.step)}.`,
    );
    const best = curves.validation.reduce((a, b) => (b.value < a.value ? b : a));
    if (best.step !== newest.step) {
      sentences.push(`It was lowest at step ${count(best.step)} with ${lossText(best.value)}.`);
    }
  } else if (newest) {
    sentences.push(`Validation loss is ${lossText(newest.value)} at step ${count(newest.step)}.`);
  }
  if (training)
    sentences.push(`Training loss is ${lossText(training.value)} at step ${count(training.step)}.`);
  for (const resume of curves.resumes) {
    sentences.push(
      resume.isOfEarlierJob
        ? `Continued at step ${count(resume.step)} of an earlier job.`
        : `Attempt ${resume.attempt} resumed at step ${count(resume.step)}.`,
    );
  }
  for (const { step, word } of alerts) sentences.push(`Marked at step ${count(step)}: ${word}.`);
  const toGo = totalSteps - Math.max(reachedStep, curves.lastStep);
  if (toGo > 0)
    sentences.push(running ? `${count(toGo)} steps to go.` : `${count(toGo)} steps were not run.`);
  return sentences.join(' ');
}
