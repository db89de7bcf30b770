import type { NotificationKind } from '../../../../contracts/notifications.ts';
import type { Tone } from '../../components/pill.tsx';

/** What a kind means to a person, as the mark before its title. */
export function toneOf(kind: NotificationKind): Tone {
  switch (kind) {
    case 'dataset-ready':
    case 'job-succeeded':
      return 'ok';
    case 'job-queued':
    case 'job-started':
      return 'run';
    case 'job-resumed':
    case 'job-warned':
    case 'job-landed-on-budget':
      return 'warn';
    case 'job-cancelled':
      return 'mute';
    case 'dataset-rejected':
    case 'dataset-validation-failed':
    case 'job-failed':
      return 'bad';
  }
}

/** Groups what is sorted by time into days, each under its name. */
export function byDay<Item extends { createdAt: string }>(
  items: readonly Item[],
  nameOf: (at: string) => string,
): { name: string; items: Item[] }[] {
  const days: { name: string; items: Item[] }[] = [];
  for (const item of items) {
    const name = nameOf(item.createdAt);
    const last = days.at(-1);
    if (last?.name === name) last.items.push(item);
    else days.push({ name, items: [item] });
  }
  return days;
}
