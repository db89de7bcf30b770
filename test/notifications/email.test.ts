import { describe, expect, test } from '@jest/globals';
import { NotificationKind, type Outcome } from '../../contracts/notifications.ts';
import { emailOf, isMailed, linkOf } from '../../lambdas/notifications/email.ts';

const outcome: Outcome = {
  shape: 1,
  key: 'k',
  owner: 'ana',
  kind: 'job-failed',
  title: '“<img src=x onerror=alert(1)>” has failed',
  body: 'Tom & "Jerry"\nsecond line',
  target: { noun: 'training-jobs', id: 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z' },
  at: '2026-11-23T15:00:00.000Z',
};
const origin = 'https://brightrun.example.com';

describe('e-mails', () => {
  test('nothing a person typed becomes markup', () => {
    const { html, text } = emailOf(outcome, origin);
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).toContain('Tom &amp; &quot;Jerry&quot;');
    expect(text).toContain('Tom & "Jerry"\nsecond line');
  });

  test('a subject has no line break, so that it cannot become a second header', () => {
    const { subject } = emailOf({ ...outcome, title: 'One\r\nBcc: all@example.com' }, origin);
    expect(subject).toBe('One Bcc: all@example.com');
  });

  test('leads to the page of what it tells about', () => {
    const link = `${origin}/training-jobs/${outcome.target.id}`;
    expect(linkOf(outcome.target, origin)).toBe(link);
    expect(emailOf(outcome, origin).text).toContain(link);
    expect(emailOf(outcome, origin).html).toContain(`href="${link}"`);
  });

  test('every kind is decided by exactly one choice', () => {
    const none = { datasets: false, jobsStarted: false, jobsEnded: false };
    for (const kind of NotificationKind.options) {
      expect(isMailed(kind, none)).toBe(false);
      const deciding = (Object.keys(none) as (keyof typeof none)[]).filter((choice) =>
        isMailed(kind, { ...none, [choice]: true }),
      );
      expect(deciding).toHaveLength(1);
    }
  });
});
