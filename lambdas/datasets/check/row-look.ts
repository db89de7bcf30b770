/** What the texts of a row come to without anybody reading them; see kernel/layout.ts for the marks. */
export interface RowLook {
  /** 64 bits of what the row says: rows that say the same in other spacing have the same. */
  readonly low: number;
  readonly high: number;
  /** The same of what it asks: the turns before the last answer, or before both answers of a pair; 0 and 0 where nothing is. */
  readonly promptLow: number;
  readonly promptHigh: number;
  /** Of any of its texts. */
  readonly marks: number;
  /** Of the texts of one turn, from 0; more may be set. */
  marksOf(turn: number): number;
  /** Of all its turns, in UTF-16 units. */
  readonly characters: number;
}
