/** Near copies as exports really hold them, of a text of forty words or more. */
import type { DatasetIssueCode } from '../../../contracts/dataset-issues.ts';
import type { Chance } from './chance.ts';

export interface NearCopy {
  how: string;
  /** Rows that differ in spacing alone are said to be the same, not near. */
  isSame?: boolean;
  of: (text: string, c: Chance) => string;
}

export const NEAR_COPIES: readonly NearCopy[] = [
  {
    how: 'a word changed',
    of: (text, c) => {
      const words = text.split(' ');
      words[3 + c.below(words.length - 4)] = 'somewhere';
      return words.join(' ');
    },
  },
  { how: 'other punctuation', of: (text) => text.replace(/\.$/, '!').replace(',', '') },
  { how: 'upper case', of: (text) => text.toUpperCase() },
  { how: 'lower case', of: (text) => text.toLowerCase() },
  { how: 'a line a sentence', isSame: true, of: (text) => text.replaceAll('. ', '.\n') },
  { how: 'a word added at the end', of: (text) => `${text} Really.` },
  {
    how: 'a word left out',
    of: (text, c) => {
      const words = text.split(' ');
      words.splice(c.below(words.length), 1);
      return words.join(' ');
    },
  },
  { how: 'another article', of: (text) => text.replace(/ (?:the|a|this|every|her|our) /, ' my ') },
  { how: 'a word added in front', of: (text) => `Well, ${text}` },
];

/** What the second of two such rows is: of one file, or of both. */
export const codeOf = ({ isSame }: NearCopy, inBoth = false): DatasetIssueCode =>
  inBoth ? (isSame ? 'in-both-files' : 'near-in-both-files') : isSame ? 'duplicate-row' : 'near-duplicate';
