import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { AttemptPoint } from '../../contracts/metrics.ts';
import { curvesOf } from '../../web/src/components/charts/curves.ts';
import { DayBars } from '../../web/src/components/charts/day-bars.tsx';
import { EstimateBar } from '../../web/src/components/charts/estimate-bar.tsx';
import { LossChart } from '../../web/src/components/charts/loss-chart.tsx';
import type { CurveAlert } from '../../web/src/components/charts/loss-marks.tsx';
import { MemoryBar } from '../../web/src/components/charts/memory-bar.tsx';
import { SpendBar } from '../../web/src/components/charts/spend-bar.tsx';
import { useCursor } from '../../web/src/components/charts/use-read-out.ts';

afterEach(cleanup);

const text = (shown: string | null | undefined) => (shown ?? '').replaceAll('\u00a0', ' ');
const point = (step: number, more: Partial<AttemptPoint> = {}): AttemptPoint => ({
  step,
  attempt: 1,
  epoch: step / 50,
  at: '2026-11-24T10:00:00Z',
  loss: 2 - step / 200,
  ...more,
});
const measured = [
  point(0, { loss: undefined, validationLoss: 1.92 }),
  ...Array.from({ length: 100 }, (_, index) => point(index + 1)),
  point(100, { validationLoss: 1.5 }),
];

interface Drawn {
  points: AttemptPoint[];
  smoothing?: number;
  alerts?: CurveAlert[];
}
function Chart({ points, smoothing = 0.8, alerts = [] }: Drawn) {
  const cursor = useCursor();
  return (
    <LossChart
      curves={curvesOf(points)}
      totalSteps={150}
      reachedStep={100}
      baseLoss={points.length > 0 ? 1.92 : null}
      running
      alerts={alerts}
      scale="linear"
      smoothing={smoothing}
      cursor={cursor}
    />
  );
}

describe('the loss chart', () => {
  test('says its finding in a sentence', () => {
    render(<Chart points={measured} />);
    const label = screen.getByRole('img').getAttribute('aria-label');
    expect(label).toContain('Validation loss fell from 1.920 before training to 1.500 at step 100.');
    expect(label).toContain('50 steps to go.');
  });

  test('is read by keys, aloud, step by step from the newest', () => {
    render(<Chart points={measured} />);
    const chart = screen.getByRole('img');
    expect(chart.getAttribute('tabindex')).toBe('0');
    fireEvent.keyDown(chart, { key: 'ArrowLeft' });
    expect(screen.getByRole('status').textContent).toContain('Step 100');
    fireEvent.keyDown(chart, { key: 'ArrowLeft' });
    expect(screen.getByRole('status').textContent).toContain('Step 99');
    expect(screen.getByRole('status').textContent).toContain('validation 1.920 at step 0');
    fireEvent.keyDown(chart, { key: 'Home' });
    expect(screen.getByRole('status').textContent).toContain('Step 1,');
    fireEvent.keyDown(chart, { key: 'Escape' });
    expect(screen.getByRole('status').textContent).toBe('');
  });

  test('has the same values as a table', () => {
    render(<Chart points={measured} />);
    fireEvent.click(screen.getByRole('button', { name: 'Show as table' }));
    expect(screen.getAllByRole('cell', { name: '1.920' }).length).toBeGreaterThan(0);
    expect(screen.getAllByRole('row').length).toBeGreaterThan(100);
  });

  test('names each line where it ends and marks each evaluation with a diamond', () => {
    const { container } = render(<Chart points={measured} />);
    expect(screen.getByText('validation')).toBeTruthy();
    expect(screen.getByText('base 1.92')).toBeTruthy();
    expect(container.querySelectorAll('path[stroke="var(--c2)"][fill="var(--page)"]')).toHaveLength(2);
  });

  test('marks what was told about a step there, on the line, and says it', () => {
    const alerts: CurveAlert[] = [
      { step: 60, word: 'plateau', tone: 'warn' },
      { step: 90, word: 'diverges', tone: 'bad' },
    ];
    const { container } = render(<Chart points={measured} alerts={alerts} />);
    const label = screen.getByRole('img').getAttribute('aria-label');
    expect(label).toContain('Marked at step 60: plateau. Marked at step 90: diverges.');
    const marks = [...container.querySelectorAll('rect[fill="var(--warn)"], rect[fill="var(--bad)"]')];
    const centres = marks.map((mark) => ['x', 'y'].map((side) => Number(mark.getAttribute(side)) + 4));
    expect(centres).toHaveLength(2);
    expect(centres[0]?.[0]).toBeLessThan(centres[1]?.[0] ?? 0);
    expect(centres[0]?.[1]).toBeLessThan(centres[1]?.[1] ?? 0);
  });

  test('marks nothing where an alert has no curve to lie on', () => {
    const { container } = render(
      <Chart points={[]} alerts={[{ step: 1, word: 'not a number', tone: 'bad' }]} />,
    );
    expect(container.querySelectorAll('rect[fill="var(--bad)"]')).toHaveLength(0);
  });

  test('draws nothing, and no scale, where nothing has been measured', () => {
    const { container } = render(<Chart points={[]} />);
    expect(screen.getByText('The first value comes with the first step')).toBeTruthy();
    expect(screen.getByRole('img').getAttribute('aria-label')).toContain('nothing has been measured yet');
    expect(
      [...container.querySelectorAll('path')].every((path) => (path.getAttribute('d') ?? '') === ''),
    ).toBe(true);
  });

  test('10,000 points draw a path of the screen’s size, not of the run’s', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      point(index + 1, { loss: 2 + Math.sin(index) }),
    );
    const { container } = render(<Chart points={many} smoothing={0} />);
    const longest = Math.max(
      ...[...container.querySelectorAll('path')].map((path) => (path.getAttribute('d') ?? '').length),
    );
    expect(longest).toBeLessThan(720 * 4 * 14);
  });
});

describe('bars of money', () => {
  test('an estimate says low, expected, high and the cap', () => {
    render(
      <EstimateBar cost={{ low: 25_400_000, expected: 29_200_000, high: 35_900_000 }} cap={40_000_000} />,
    );
    expect(text(screen.getByRole('img').getAttribute('aria-label'))).toBe(
      'Estimate $25.40 – $35.90, expected $29.20; cap $40.00.',
    );
    expect(screen.getByText('cap')).toBeTruthy();
  });

  test('a run of a fraction of a cent is drawn on its own scale', () => {
    render(<EstimateBar cost={{ low: 900, expected: 1_300, high: 2_400 }} cap={2_900} />);
    expect(text(screen.getByRole('img').getAttribute('aria-label'))).toContain('$0.0009 – $0.0024');
    expect(screen.getByText('$0.001')).toBeTruthy();
  });

  test('what a job has spent stands in its estimate, with its cap', () => {
    render(
      <SpendBar
        spent={23_200_000}
        estimate={{ low: 25_400_000, expected: 29_200_000, high: 35_900_000 }}
        cap={40_000_000}
        endsNear={30_040_000}
      />,
    );
    expect(screen.getByText('ends near $30.04')).toBeTruthy();
  });

  test('days to come are a grey field, and a month without a cost says so', () => {
    const { container } = render(
      <DayBars days={[{ day: 1, usdMicros: 0 }]} daysInMonth={30} today={1} month="November 2026" />,
    );
    expect(screen.getByRole('img').getAttribute('aria-label')).toContain('nothing was spent');
    expect(container.querySelector('rect[fill="var(--sunk)"]')).toBeTruthy();
  });

  test('memory that does not fit says by how much: above what a run may fill', () => {
    const memory = { availableBytes: 80_000_000_000, usableBytes: 72_000_000_000 };
    render(<MemoryBar memory={{ ...memory, neededBytes: 73_400_000_000, fits: false }} />);
    expect(text(screen.getByText(/too much/).textContent)).toBe('1.4 GB too much');
  });
});
