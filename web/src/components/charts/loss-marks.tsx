import { count } from '../../lib/format/numbers.ts';
import { Note } from './axes.tsx';
import { epochMarks, type Curves } from './curves.ts';
import { labelWidth, type Scale } from './scale.ts';
import type { StepValue } from './series.ts';

/** The steps that are still to come, or were not run, over the grey field that stands for them. */
export function ToGo({
  toGo,
  running,
  narrow,
  from,
  to,
  y,
}: {
  toGo: number;
  running: boolean;
  narrow: boolean;
  from: number;
  to: number;
  y: number;
}) {
  const long = running ? `${count(toGo)} steps to go` : `${count(toGo)} steps not run`;
  const short = running ? `${count(toGo)} to go` : `${count(toGo)} not run`;
  const text = !narrow && to - from > labelWidth(long) + 12 ? long : short;
  if (to - from < labelWidth(text) + 4) return null;
  return (
    <text x={(from + to) / 2} y={y} textAnchor="middle" className="fill-ink-3">
      {text}
    </text>
  );
}

/** Where each epoch begins. */
export function Epochs({
  curves,
  totalSteps,
  x,
  top,
  bottom,
  narrow,
}: {
  curves: Curves;
  totalSteps: number;
  x: Scale;
  top: number;
  bottom: number;
  narrow: boolean;
}) {
  const marks = epochMarks(curves.points, totalSteps);
  const second = marks[1];
  const room = second ? x.at(second.step) - x.at(0) : Infinity;
  return (
    <>
      {marks.map((mark) => (
        <g key={mark.epoch}>
          {mark.step > 0 && (
            <line
              x1={x.at(mark.step)}
              x2={x.at(mark.step)}
              y1={top}
              y2={bottom}
              stroke="var(--axis)"
              strokeDasharray="1 3"
            />
          )}
          {!narrow && room > labelWidth('epoch 10') && (
            <text x={x.at(mark.step) + 5} y={bottom - 6} className="fill-ink-3">
              epoch {mark.epoch}
            </text>
          )}
        </g>
      ))}
    </>
  );
}

/** Where an attempt went on from a checkpoint. */
export function Resumes({
  curves,
  x,
  top,
  bottom,
  narrow,
  avoid,
}: {
  curves: Curves;
  x: Scale;
  top: number;
  bottom: number;
  narrow: boolean;
  /** Where the base's line runs: no label stands on it. */
  avoid: number | undefined;
}) {
  const wanted = top + 46;
  const begin = avoid !== undefined && Math.abs(avoid - wanted - 6) < 26 ? avoid + 24 : wanted;
  return (
    <>
      {curves.resumes.map((resume, index) => {
        const at = x.at(resume.step);
        const text = `${resume.isOfEarlierJob ? 'continued' : 'resumed'} at ${count(resume.step)}`;
        const detail = resume.isOfEarlierJob
          ? 'from the checkpoint of an earlier job'
          : `attempt ${resume.attempt}, ${count(resume.repeatedSteps)} steps repeated`;
        const toLeft = at - x.range[0] > labelWidth(narrow ? text : detail) + 12;
        const line = begin + index * 34;
        return (
          <g key={`${resume.attempt}/${resume.step}`}>
            <line x1={at} x2={at} y1={begin - 10} y2={bottom} stroke="var(--ink-2)" strokeDasharray="3 3" />
            <path d={`M${at - 4} ${bottom}L${at} ${bottom - 7}L${at + 4} ${bottom}Z`} fill="var(--ink-2)" />
            <Note x={at + (toLeft ? -6 : 6)} y={line} anchor={toLeft ? 'end' : 'start'} className="fill-ink">
              {text}
            </Note>
            {!narrow && (
              <Note
                x={at + (toLeft ? -6 : 6)}
                y={line + 15}
                anchor={toLeft ? 'end' : 'start'}
                className="fill-ink-3"
              >
                {detail}
              </Note>
            )}
          </g>
        );
      })}
    </>
  );
}

/** Something that was told about a step of the curve. */
export interface CurveAlert {
  step: number;
  /** On the drawing: one or two words. */
  word: string;
  /** Squares warn, diamonds say that something broke, as in the story of events. */
  tone: 'warn' | 'bad';
}

/** What was told about the curve, on the line at its step; the words stand above, in turns where marks are near. */
export function Alerts({
  alerts,
  line,
  x,
  y,
  top,
}: {
  alerts: readonly CurveAlert[];
  /** The line that the marks lie on, in the order of steps. */
  line: readonly StepValue[];
  x: Scale;
  y: Scale;
  top: number;
}) {
  return (
    <>
      {alerts.map((alert, index) => {
        const below = line.findLast((point) => point.step <= alert.step) ?? line[0];
        if (!below) return null;
        const at = { x: x.at(alert.step), y: y.at(below.value) };
        const colour = `var(--${alert.tone})`;
        const toLeft = x.range[1] - at.x < labelWidth(alert.word) + 14;
        const label = Math.max(top + 10, at.y - 22 - (index % 3) * 15);
        return (
          <g key={`${alert.step}/${alert.word}`}>
            <line x1={at.x} x2={at.x} y1={label + 3} y2={at.y} stroke={colour} />
            <rect
              x={at.x - 4}
              y={at.y - 4}
              width={8}
              height={8}
              rx={alert.tone === 'warn' ? 1.5 : 0}
              fill={colour}
              stroke="var(--page)"
              strokeWidth={1.5}
              {...(alert.tone === 'bad' ? { transform: `rotate(45 ${at.x} ${at.y})` } : {})}
            />
            <Note
              x={at.x + (toLeft ? -6 : 6)}
              y={label + 4}
              anchor={toLeft ? 'end' : 'start'}
              className={alert.tone === 'warn' ? 'fill-warn font-semibold' : 'fill-bad font-semibold'}
            >
              {alert.word}
            </Note>
          </g>
        );
      })}
    </>
  );
}
