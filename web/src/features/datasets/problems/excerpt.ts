import type { DatasetIssue } from '../../../../../contracts/dataset-issues.ts';
import type { PreviewRow } from '../../../../../contracts/dataset-report.ts';

export interface Excerpt {
  before: string;
  found: string;
  after: string;
}

/** Characters of the line shown on each side of what was found: with it they fill about one line of the page. */
const AROUND = 48;
const MASK = /[•*]{2,}|…/;

/**
 * What was found with what stands around it, where the row has it word for word. A masked secret is searched for by
 * its ends and stays masked.
 */
export function excerptOf(row: PreviewRow, issue: Pick<DatasetIssue, 'found' | 'path'>): Excerpt | undefined {
  if (issue.found.trim() === '') return undefined;
  const parts = issue.found.split(MASK).map(escaped);
  // At least three letters to search by, or any text would match.
  if (parts.join('').length < 3) return undefined;
  const pattern = new RegExp(parts.join('[^\\s"]{1,4096}?'));
  for (const text of textsOf(row, issue.path)) {
    const match = pattern.exec(text);
    if (!match) continue;
    const from = match.index;
    const to = from + match[0].length;
    return {
      before: (from > AROUND ? '…' : '') + text.slice(Math.max(0, from - AROUND), from),
      found: issue.found,
      after: text.slice(to, to + AROUND) + (text.length > to + AROUND ? '…' : ''),
    };
  }
  return undefined;
}

/** The texts to look in: of the message that the path names, else all of them. */
function textsOf(row: PreviewRow, path: string | undefined): string[] {
  if (row.raw !== undefined) return [row.raw];
  const index = /^(?:messages|conversations)\.(\d+)\b/.exec(path ?? '')?.[1];
  const named = index === undefined ? undefined : row.messages[Number(index)];
  return (named ? [named] : row.messages).map((message) => message.content);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
