import type { SensitiveKind } from '../../../contracts/dataset-issues.ts';

export interface SensitiveMatch {
  code: 'possible-secret' | 'possible-personal-data';
  kind: SensitiveKind;
  from: number;
  to: number;
  /** Enough to find it again, never enough to use it. */
  shown: string;
}

/** What a finder hands over; its code follows from its kind. */
export type Finding = Omit<SensitiveMatch, 'code'>;

/** The first four characters name the kind of key; no key is guessed from four. */
export const shownStart = (text: string): string => `${text.slice(0, 4)}••••`;

/** The last two digits are what a bank or an office prints to tell numbers apart. */
export const shownEnd = (text: string): string => `••••${text.replace(/[^A-Za-z0-9]/g, '').slice(-2)}`;
