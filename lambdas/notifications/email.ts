/** Which outcomes are mailed, and the mail: text, and simple HTML in which nothing a person typed is markup. */
import type { EmailChoices } from '../../contracts/account.ts';
import type { NotificationKind, Outcome } from '../../contracts/notifications.ts';

/** Which choice decides about a kind. */
const CHOICE_OF = {
  'dataset-ready': 'datasets',
  'dataset-rejected': 'datasets',
  'dataset-validation-failed': 'datasets',
  'job-queued': 'jobsStarted',
  'job-started': 'jobsStarted',
  'job-resumed': 'jobsStarted',
  // As the end: the last moment at which money can still be saved.
  'job-warned': 'jobsEnded',
  'job-succeeded': 'jobsEnded',
  'job-landed-on-budget': 'jobsEnded',
  'job-failed': 'jobsEnded',
  'job-cancelled': 'jobsEnded',
} as const satisfies Record<NotificationKind, keyof EmailChoices>;

/** Whether the person wants a mail about this; the in-app copy does not depend on it. */
export const isMailed = (kind: NotificationKind, choices: EmailChoices): boolean => choices[CHOICE_OF[kind]];

export interface Email {
  subject: string;
  text: string;
  html: string;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML, between tags and in attributes. */
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

/** The page an outcome leads to: nouns and paths are spelt the same. */
export const linkOf = (target: Outcome['target'], webOrigin: string): string =>
  `${webOrigin}/${target.noun}/${encodeURIComponent(target.id)}`;

/** The mail of an outcome. A header cannot hold a line break, so control characters become spaces. */
export function emailOf(outcome: Outcome, webOrigin: string): Email {
  const link = linkOf(outcome.target, webOrigin);
  const settings = `${webOrigin}/settings`;
  const subject = outcome.title.replace(/\p{Cc}+/gu, ' ').trim();
  return {
    subject,
    text: `${outcome.title}\n\n${outcome.body}\n\n${link}\n\n--\nWhich mails you get: ${settings}\n`,
    html: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="font-family:system-ui,sans-serif;line-height:1.5;color:#1a1a1a;max-width:36rem">
<h1 style="font-size:1.125rem">${escapeHtml(outcome.title)}</h1>
<p style="white-space:pre-line">${escapeHtml(outcome.body)}</p>
<p><a href="${escapeHtml(link)}">Open in BrightRun</a></p>
<p style="color:#666;font-size:.875rem">Which mails you get: <a href="${escapeHtml(settings)}">settings</a></p>
</body></html>
`,
  };
}
