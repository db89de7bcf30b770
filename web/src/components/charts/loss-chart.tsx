import { useMemo, type ReactNode } from 'react';
import { count, decimal, loss as lossText } from '../../lib/format/numbers.ts';
import { Diamond, XAxis, YGrid } from './axes.tsx';
import { ChartFigure, type TableOfValues } from './chart-figure.tsx';
import type { Curves } from './curves.ts';
import { lossFinding } from './loss-finding.ts';
import { Alerts, Epochs, Resumes, ToGo, type CurveAlert } from './loss-marks.tsx';
import { LossReadOut, readOutText } from './loss-read-out.tsx';
import { domainOf, labelWidth, linearScale, logScale, spread, type Scale } from './scale.ts';
import { pathOf, smooth, thin, type StepValue } from './series.ts';
import { useReadOut, type Cursor } from './use-read-out.ts';

export interface LossChartProps {
  curves: Curves;
  totalSteps: number;
  /** The step the run has reached; measured points may be fewer. */
  reachedStep: number;
  /** The base model's validation loss; null before it was measured. */
  baseLoss: number | null;
  /** False once the job has ended: then what is missing was not run. */
  running: boolean;
  /** What was told about the curve, in the order of steps. */
  alerts?: readonly CurveAlert[];
  scale: 'linear' | 'log';
  /** 0 draws the measured line only. */
  smoothing: number;
  cursor: Cursor;
  caption?: ReactNode;
}

const TOP = 14;
const BOTTOM = 24;
/** Below this width names move from the line ends into a legend, and the plot gets flatter. */
const NARROW = 520;

/** Training and validation loss by step: what was measured, where it was resumed, and how much is still to come. */
export function LossChart(props: LossChartProps) {
  const { curves, cursor, totalSteps } = props;
  const height = (width: number) => (width < NARROW ? 250 : 344);
  // The read-out goes along the measured training steps, or the validation steps where there are no others yet.
  const stops = curves.training.length > 0 ? curves.training : curves.validation;
  const smoothed = useMemo(
    () => smooth(curves.training, props.smoothing),
    [curves.training, props.smoothing],
  );
  const last = Math.max(totalSteps, curves.lastStep, 1);
  const xOf = (width: number): Scale => stepScale(last, width, props.baseLoss);
  const readOut = useReadOut(stops, xOf, cursor);
  return (
    <>
      <ChartFigure
        label={lossFinding(props)}
        height={height}
        assumedWidth={720}
        caption={props.caption}
        {...(curves.points.length > 0 ? { table: () => tableOf(curves, smoothed) } : {})}
        focusable={readOut.handlers}
      >
        {(width) => <Plot {...props} smoothed={smoothed} width={width} height={height(width)} />}
      </ChartFigure>
      <p role="status" className="sr-only">
        {readOut.byKey && cursor.step !== null ? readOutText(props, smoothed, cursor.step) : ''}
      </p>
    </>
  );
}

/** The steps' axis; at its right is room for the names of the lines. */
function stepScale(last: number, width: number, baseLoss: number | null): Scale {
  const narrow = width < NARROW;
  const names = narrow
    ? 44
    : Math.max(62, baseLoss === null ? 0 : labelWidth(`base ${decimal(baseLoss, 2)}`));
  return linearScale({
    domain: [0, last],
    range: [40, width - names],
    most: narrow ? 4 : 7,
    whole: true,
  });
}

function Plot({
  curves,
  totalSteps,
  reachedStep,
  baseLoss,
  running,
  alerts = [],
  scale,
  cursor,
  smoothed,
  smoothing,
  width,
  height,
}: LossChartProps & { smoothed: StepValue[]; width: number; height: number }) {
  const narrow = width < NARROW;
  const last = Math.max(totalSteps, curves.lastStep, 1);
  const x = useMemo(() => stepScale(last, width, baseLoss), [last, width, baseLoss]);
  const [left, right] = x.range;
  const bottom = height - BOTTOM;
  const paths = useMemo(() => {
    const values = [
      ...curves.training.map((point) => point.value),
      ...curves.validation.map((point) => point.value),
      ...curves.repeated.flat().map((point) => point.value),
      ...(baseLoss === null ? [] : [baseLoss]),
    ];
    const makeScale = scale === 'log' ? logScale : linearScale;
    const positive = scale === 'log' ? values.filter((value) => value > 0) : values;
    const y = makeScale({ domain: lossDomain(positive, scale), range: [height - BOTTOM, TOP], most: 5 });
    const draw = (points: readonly StepValue[]) => pathOf(thin(points, Math.max(50, width)), x.at, y.at);
    return {
      y,
      raw: draw(curves.training),
      smooth: smoothing > 0 ? draw(smoothed) : '',
      repeated: curves.repeated.map(draw),
      validation: pathOf(curves.validation, x.at, y.at),
    };
  }, [curves, smoothed, smoothing, baseLoss, scale, width, height, x]);
  const { y } = paths;
  const hasValues = curves.training.length > 0 || curves.validation.length > 0 || baseLoss !== null;

  const reached = Math.max(reachedStep, curves.lastStep);
  const toGo = Math.max(0, totalSteps - reached);
  // Below the base's line, which is the highest there is as a rule.
  const toGoY = Math.min(bottom - 34, (baseLoss === null ? TOP : Math.max(TOP, y.at(baseLoss))) + 18);
  const lastTraining = (smoothing > 0 ? smoothed : curves.training).at(-1);
  const lastValidation = curves.validation.at(-1);
  const ends = [
    ...(baseLoss === null ? [] : [{ name: 'base', value: baseLoss, className: 'fill-ink-3', plain: true }]),
    // The base's own measurement has its label already.
    ...(lastValidation && (lastValidation.step > 0 || baseLoss === null)
      ? [{ name: 'validation', value: lastValidation.value, className: 'fill-c2', plain: false }]
      : []),
    ...(lastTraining
      ? [{ name: 'training', value: lastTraining.value, className: 'fill-c1', plain: false }]
      : []),
  ];
  const places = spread(
    ends.map((end) => y.at(end.value)),
    narrow ? 15 : 28,
    TOP,
    bottom - 14,
  );
  return (
    <>
      {hasValues && <YGrid scale={y} left={left} right={right} />}
      {toGo > 0 && (
        <>
          <rect
            x={x.at(reached)}
            y={TOP}
            width={Math.max(0, right - x.at(reached))}
            height={bottom - TOP}
            fill="var(--sunk)"
          />
          <ToGo toGo={toGo} running={running} narrow={narrow} from={x.at(reached)} to={right} y={toGoY} />
        </>
      )}
      {!hasValues && (
        <text x={(left + right) / 2} y={(TOP + bottom) / 2} textAnchor="middle" className="fill-ink-3">
          {running ? 'The first value comes with the first step' : 'Nothing was measured'}
        </text>
      )}
      <XAxis scale={x} y={bottom} unit={narrow ? undefined : 'step'} />
      <Epochs curves={curves} totalSteps={totalSteps} x={x} top={TOP} bottom={bottom} narrow={narrow} />
      {baseLoss !== null && (
        <line
          x1={left}
          x2={right}
          y1={y.at(baseLoss)}
          y2={y.at(baseLoss)}
          stroke="var(--ink-3)"
          strokeDasharray="4 3"
        />
      )}
      {paths.repeated.map((path, index) => (
        <path
          key={index}
          d={path}
          fill="none"
          stroke="var(--ink-3)"
          strokeWidth={1.2}
          strokeDasharray="1 3"
        />
      ))}
      <path
        d={paths.raw}
        fill="none"
        stroke="var(--c1)"
        strokeWidth={smoothing > 0 ? 1 : 1.6}
        strokeOpacity={smoothing > 0 ? 0.38 : 1}
        strokeLinejoin="round"
      />
      <path d={paths.smooth} fill="none" stroke="var(--c1)" strokeWidth={1.9} strokeLinejoin="round" />
      <path d={paths.validation} fill="none" stroke="var(--c2)" strokeWidth={1.9} strokeLinejoin="round" />
      {curves.validation.map((point) => (
        <Diamond key={point.step} x={x.at(point.step)} y={y.at(point.value)} />
      ))}
      <Resumes
        curves={curves}
        x={x}
        top={TOP}
        bottom={bottom}
        narrow={narrow}
        avoid={baseLoss === null ? undefined : y.at(baseLoss)}
      />
      <Alerts alerts={alerts} line={smoothing > 0 ? smoothed : curves.training} x={x} y={y} top={TOP} />
      {ends.map((end, index) => (
        <g key={end.name} className={end.className}>
          {!end.plain && (
            <line
              x1={x.at(reached)}
              x2={right}
              y1={y.at(end.value)}
              y2={y.at(end.value)}
              stroke="currentColor"
              strokeOpacity={0.4}
              strokeDasharray="1 3"
              className={end.name === 'training' ? 'text-c1' : 'text-c2'}
            />
          )}
          <text
            x={right + 6}
            y={(places[index] ?? 0) + 4}
            className={end.plain ? undefined : 'font-semibold'}
          >
            {end.plain ? (narrow ? 'base' : `base ${decimal(end.value, 2)}`) : lossText(end.value)}
          </text>
          {!narrow && !end.plain && (
            <text x={right + 6} y={(places[index] ?? 0) + 17}>
              {end.name}
            </text>
          )}
        </g>
      ))}
      {cursor.step !== null && (
        <LossReadOut
          curves={curves}
          smoothed={smoothing > 0 ? smoothed : null}
          baseLoss={baseLoss}
          step={cursor.step}
          x={x}
          y={y}
          top={TOP}
          bottom={bottom}
        />
      )}
    </>
  );
}

/** Some air, but not below zero: a loss has no values there. On a logarithmic axis the air is a ratio. */
function lossDomain(values: readonly number[], scale: 'linear' | 'log'): [number, number] {
  const [low, high] = domainOf(values, { air: scale === 'log' ? 0 : 0.06 });
  return scale === 'log' ? [low * 0.93, high * 1.05] : [Math.max(0, low), high];
}

/** So many rows stay readable; evaluations are all kept. */
const TABLE_ROWS = 250;

function tableOf(curves: Curves, smoothed: readonly StepValue[]): TableOfValues {
  const every = Math.max(1, Math.ceil(curves.points.length / TABLE_ROWS));
  const smoothedAt = new Map(smoothed.map((point) => [point.step, point.value]));
  const rows = curves.points.filter(
    (point, index) =>
      index % every === 0 || point.validationLoss !== undefined || index === curves.points.length - 1,
  );
  const cell = (value: number | undefined) => (value === undefined ? '' : lossText(value));
  return {
    columns: ['Step', 'Epoch', 'Attempt', 'Training', 'Smoothed', 'Validation'],
    rows: rows.map((point) => [
      count(point.step),
      decimal(point.epoch, 2),
      count(point.attempt),
      cell(point.loss),
      cell(smoothedAt.get(point.step)),
      cell(point.validationLoss),
    ]),
    ...(every > 1
      ? { note: `Every ${count(every)}th of ${count(curves.points.length)} points, and each evaluation.` }
      : {}),
  };
}
