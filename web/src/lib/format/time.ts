import { count, NBSP } from './numbers.ts';

/** All shown times are of one zone, the browser's unless told; it is named once, in the rail. */
type Zone = string | undefined;

const formatters = new Map<string, Intl.DateTimeFormat>();
function format(name: string, options: Intl.DateTimeFormatOptions, zone: Zone): Intl.DateTimeFormat {
  const key = `${name}@${zone ?? ''}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', { ...options, ...(zone ? { timeZone: zone } : {}) });
  formatters.set(key, made);
  return made;
}

/** `14:32`. */
export function clock(at: string | Date, zone?: Zone): string {
  return format('clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, zone).format(new Date(at));
}

/** `14:32:05`, for logs. */
export function clockSeconds(at: string | Date, zone?: Zone): string {
  return format(
    'seconds',
    { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
    zone,
  ).format(new Date(at));
}

/** `24 Nov`. */
export function day(at: string | Date, zone?: Zone): string {
  return format('day', { day: 'numeric', month: 'short' }, zone).format(new Date(at)).replace('Sept', 'Sep');
}

/** `24 November 2026`. */
export function fullDay(at: string | Date, zone?: Zone): string {
  return format('full', { day: 'numeric', month: 'long', year: 'numeric' }, zone).format(new Date(at));
}

/** `November 2026` of a calendar month such as `2026-11`. */
export function monthName(month: string): string {
  return format('month', { month: 'long', year: 'numeric' }, 'UTC').format(new Date(`${month}-01T00:00:00Z`));
}

/** `14:32` today, `23 Nov, 14:32` this year, `23 Nov 2025` before. */
export function when(at: string | Date, now: Date, zone?: Zone): string {
  if (fullDay(at, zone) === fullDay(now, zone)) return clock(at, zone);
  const year = format('year', { year: 'numeric' }, zone);
  if (year.format(new Date(at)) === year.format(now)) return `${day(at, zone)}, ${clock(at, zone)}`;
  return `${day(at, zone)} ${year.format(new Date(at))}`;
}

/** `3 s ago` below a minute, then the time itself. A clock that is behind reads `just now`. */
export function ago(at: string | Date, now: Date, zone?: Zone): string {
  const seconds = Math.floor((now.getTime() - new Date(at).getTime()) / 1000);
  if (seconds < 1) return 'just now';
  if (seconds < 60) return `${seconds}${NBSP}s ago`;
  return `at ${when(at, now, zone)}`;
}

/** `4 h 15 min`, `6 min 33 s`, `42 s`, `2 d 3 h`: two units, the second left out where it is nothing. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}${NBSP}s`;
  if (whole < 3600) return two(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(seconds / 3600);
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** A duration that is only expected: `about 6 min`, no second unit below ten hours but the minutes of hours. */
export function aboutDuration(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 55) return `about ${Math.round(seconds / 5) * 5}${NBSP}s`;
  if (seconds < 3570) return `about ${Math.max(1, Math.round(seconds / 60))}${NBSP}min`;
  return `about ${duration(Math.round(seconds / 300) * 300)}`;
}

/** `3 h 42 min – 5 h 13 min`; one figure where both read the same. */
export function durationRange(low: number, high: number): string {
  const [from, to] = [duration(low), duration(high)];
  return from === to ? from : `${from} – ${to}`;
}

/** `between 15:27 and 15:41`; one time where both are the same minute; with the day where it is not today. */
export function between(low: Date, high: Date, now: Date, zone?: Zone): string {
  const [from, to] = [when(low, now, zone), when(high, now, zone)];
  if (from === to) return `about ${from}`;
  return `between ${from} and ${day(low, zone) === day(high, zone) ? clock(high, zone) : to}`;
}

/** GPU time for tables: `3 h 12 min`, and seconds below a minute. Thousands are grouped: `1,204 h`. */
export function gpuTime(seconds: number): string {
  return seconds >= 100 * 3600 ? `${count(seconds / 3600)}${NBSP}h` : duration(seconds);
}

function two(first: number, unit: string, second: number, subUnit: string): string {
  const head = `${first}${NBSP}${unit}`;
  return second === 0 ? head : `${head}${NBSP}${second}${NBSP}${subUnit}`;
}
