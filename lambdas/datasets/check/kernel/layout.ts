/** What the kernel tells and where: read by its source and by what calls it, so that there is one list. */

/** Of a line read as a row, in numbers of four bytes; hashes take two of them. */
export const ROW_END = 0;
export const ROW_FORM = 1;
export const ROW_HASH = 2;
export const ROW_PROMPT_HASH = 4;
export const ROW_MARKS = 6;
export const ROW_UNITS = 7;
/** Behind these the turns follow, each with as many numbers. */
export const ROW_NUMBERS = 8;

export const TURN_ROLE = 0;
/** Where its text begins and ends in memory, without the quotes. */
export const TURN_FROM = 1;
export const TURN_END = 2;
export const TURN_MARKS = 3;
/** How long the text is in JavaScript. */
export const TURN_UNITS = 4;
/** The first byte that is no white space, and 256 times the one behind it. */
export const TURN_FIRST = 5;
export const TURN_NUMBERS = 6;

/** A row of more turns is not read by the kernel. */
export const MOST_TURNS = 256;

/** Who speaks; as row-mix.ts counts them. */
export const SYSTEM = 1;
export const USER = 2;
export const ASSISTANT = 3;
export const TEXT = 5;

/** The form of a row that was read; 0 is none. */
export const CHAT = 1;
export const PAIR = 2;
export const INSTRUCTION = 3;
export const PLAIN_TEXT = 4;

/** What a text may hold that is worth a closer look. A mark that is not set is a promise; one that is may be idle. */
/** A character beyond ASCII. */
export const IS_WIDE = 0x01;
/** A backslash in JSON: the text is not what stands between the quotes. */
export const IS_ESCAPED = 0x02;
/** More than printed ASCII, tabs, line ends and typographic signs. */
export const HAS_UNPRINTED = 0x04;
/** A mark of a chat template. */
export const MAY_BE_MARKED = 0x08;
/** It may end in the middle: with a letter, a digit, a comma, colon, dash or open bracket, or with a fence of code in it. */
export const MAY_BE_CUT = 0x10;
/** It begins as a refusal does; told by text-refusals.ts, not by the kernel. */
export const MAY_BE_REFUSAL = 0x20;
/** A run as long as the shortest key; six digits that may be one number; an at sign; four dashes, as before BEGIN. */
export const HAS_RUN = 0x100;
export const HAS_DIGITS = 0x200;
export const HAS_AT = 0x400;
export const HAS_DASHES = 0x800;
/** Any of these four: a secret, an address or a personal number. */
export const MAY_BE_SENSITIVE = 0xf00;
export const ALL_MARKS = 0xfff;
