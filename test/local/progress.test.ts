import { describe, expect, test } from '@jest/globals';
import { progressOn } from '../../local/progress.ts';

const screen = (isTTY: boolean) => {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text), text: () => written.join('') };
};

describe('what a start shows', () => {
  test('a log gets one plain line a step, with its time and its last note', async () => {
    const output = screen(false);
    let now = 0;
    const progress = progressOn(output, () => now);
    await progress.step('Stacks', async (note) => {
      note('5 resources');
      note('9 resources');
      now = 2_500;
    });
    expect(output.text()).toMatch(/^ {2}✓ Stacks: 9 resources +2\.5 s\n$/);
    expect(progress.times).toEqual([{ title: 'Stacks', seconds: 2.5 }]);
  });

  test('a step that fails is marked, has no time on record, and its error goes on', async () => {
    const output = screen(false);
    const progress = progressOn(output);
    await expect(progress.step('Stacks', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(output.text()).toContain('✗ Stacks');
    expect(progress.times).toEqual([]);
  });

  test('a log is not flooded by a line that moves', () => {
    const output = screen(false);
    let now = 0;
    const progress = progressOn(output, () => now);
    for (now = 0; now <= 12_000; now += 100) progress.live(`at ${now}`);
    expect(output.written).toEqual(['at 0\n', 'at 5000\n', 'at 10000\n']);
  });

  test('steps beside each other keep their lines apart on a terminal', async () => {
    const output = screen(true);
    const progress = progressOn(output, () => 0);
    await Promise.all([
      progress.step('one', async () => undefined),
      progress.step('two', async () => undefined),
    ]);
    const lines = output
      .text()
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf('\x1b[2K') + 4));
    expect(lines.filter((line) => line.includes('✓'))).toHaveLength(2);
  });
});
