import { describe, expect, test } from '@jest/globals';
import {
  aboutDuration,
  ago,
  between,
  clock,
  day,
  duration,
  durationRange,
  gpuTime,
  monthName,
  when,
} from '../../web/src/lib/format/time.ts';

const text = (shown: string) => shown.replaceAll('\u00a0', ' ');
const now = new Date('2026-11-24T13:32:08Z');
const zone = 'Europe/Berlin';

describe('time', () => {
  test('a clock shows the time of the zone, midnight as 00:00', () => {
    expect(clock('2026-11-24T13:32:08Z', zone)).toBe('14:32');
    expect(clock('2026-11-23T23:00:00Z', zone)).toBe('00:00');
    expect(day('2026-09-03T10:00:00Z', zone)).toBe('3 Sep');
    expect(monthName('2026-11')).toBe('November 2026');
  });

  test('today needs no date, another year no time', () => {
    expect(when('2026-11-24T10:02:00Z', now, zone)).toBe('11:02');
    expect(when('2026-11-23T15:41:00Z', now, zone)).toBe('23 Nov, 16:41');
    expect(when('2025-03-01T15:41:00Z', now, zone)).toBe('1 Mar 2025');
  });

  test('seconds are counted below a minute only, and a clock that is ahead counts none', () => {
    expect(text(ago('2026-11-24T13:32:05Z', now, zone))).toBe('3 s ago');
    expect(ago('2026-11-24T13:32:09Z', now, zone)).toBe('just now');
    expect(ago('2026-11-24T13:29:00Z', now, zone)).toBe('at 14:29');
  });

  test('a duration has two units, the second left out where it is nothing', () => {
    expect(text(duration(15_300))).toBe('4 h 15 min');
    expect(text(duration(393))).toBe('6 min 33 s');
    expect(text(duration(42.4))).toBe('42 s');
    expect(text(duration(3_600))).toBe('1 h');
    expect(text(duration(3_599.9))).toBe('1 h');
    expect(text(duration(86_399))).toBe('1 d');
    expect(text(duration(97_200))).toBe('1 d 3 h');
    expect(text(durationRange(13_320, 18_780))).toBe('3 h 42 min – 5 h 13 min');
    expect(text(gpuTime(400_000))).toBe('111 h');
  });

  test('what is only expected claims no second', () => {
    expect(text(aboutDuration(372))).toBe('about 6 min');
    expect(text(aboutDuration(33))).toBe('about 35 s');
    expect(text(aboutDuration(3_580))).toBe('about 1 h');
    expect(aboutDuration(4)).toBe('a few seconds');
    expect(text(aboutDuration(15_310))).toBe('about 4 h 15 min');
  });

  test('uncertainty is two times, the day said where it is not today', () => {
    const at = (iso: string) => new Date(iso);
    expect(between(at('2026-11-24T14:27:00Z'), at('2026-11-24T14:41:00Z'), now, zone)).toBe(
      'between 15:27 and 15:41',
    );
    expect(between(at('2026-11-24T14:27:00Z'), at('2026-11-24T14:27:30Z'), now, zone)).toBe('about 15:27');
    expect(between(at('2026-11-25T02:00:00Z'), at('2026-11-25T03:00:00Z'), now, zone)).toBe(
      'between 25 Nov, 03:00 and 04:00',
    );
    expect(between(at('2026-11-24T22:00:00Z'), at('2026-11-25T01:00:00Z'), now, zone)).toBe(
      'between 23:00 and 25 Nov, 02:00',
    );
  });
});
