/**
 * A row of a usual form, no other field, and nothing wrong with it: `{"messages":[{"role":"user","content":"…"},…]}`,
 * `{"prompt":"…","completion":"…"}`, `{"instruction":"…","input":"","output":"…"}`, `{"text":"…"}`.
 */
import {
  ASSISTANT,
  CHAT,
  INSTRUCTION,
  MAY_BE_CUT,
  MOST_TURNS,
  PAIR,
  PLAIN_TEXT,
  ROW_END,
  ROW_FORM,
  ROW_HASH,
  ROW_MARKS,
  ROW_NUMBERS,
  ROW_PROMPT_HASH,
  ROW_UNITS,
  SYSTEM,
  TEXT,
  TURN_END,
  TURN_FIRST,
  TURN_FROM,
  TURN_MARKS,
  TURN_NUMBERS,
  TURN_ROLE,
  TURN_UNITS,
  USER,
} from '../layout';
import { hashOf } from './hash';
import { marksIn } from './marks';
import { found, tidyAt } from './memory';
import { endOfLiteral, marks, readText, says, tidyEnd, units } from './text';

const SPACE = 0x20;
const RETURN = 0x0d;
const NEWLINE = 0x0a;

const NOBODY = 0;

let at: usize = 0;
/** Of the row so far: 64 bits of all its texts and who says them. */
let hash: u64 = 0;
/** The same before the last turn. */
let promptHash: u64 = 0;

export function beginRow(): void {
  hash = 0;
  promptHash = 0;
}

/** A text that was read is told apart from the same text of somebody else, and from the same two texts cut elsewhere. */
export function addText(mark: i32): void {
  hash = hashOf(tidyAt, tidyEnd, hash ^ (<u64>mark));
  store<u64>(found + 4 * ROW_HASH, hash);
}

function takes(word: string): bool {
  for (let place = 0; place < word.length; place += 1) {
    if (load<u8>(at + place) != load<u16>(changetype<usize>(word) + ((<usize>place) << 1))) return false;
  }
  at += word.length;
  return true;
}

/** Python writes a space behind each colon and comma, JavaScript none. */
function space(): void {
  if (load<u8>(at) == SPACE) at += 1;
}

/** With the comma that has to follow. */
function role(): i32 {
  switch (load<u8>(at + 1)) {
    case 0x75:
      return takes('"user",') ? USER : NOBODY;
    case 0x61:
      return takes('"assistant",') ? ASSISTANT : NOBODY;
    case 0x73:
      return takes('"system",') ? SYSTEM : NOBODY;
    default:
      return NOBODY;
  }
}

/** As in rows/row-messages.ts: in any other order something is wrong. */
function mayFollow(who: i32, previous: i32): bool {
  if (who == SYSTEM) return previous == NOBODY || previous == SYSTEM;
  if (who == ASSISTANT) return previous == USER;
  return previous != USER;
}

/** The first letter of the role; as in repeats/fingerprint.ts. */
function markOf(who: i32): i32 {
  if (who == USER) return 0x75;
  if (who == ASSISTANT) return 0x61;
  return who == SYSTEM ? 0x73 : 0x74;
}

const noteAt = (turn: i32): usize => found + 4 * (ROW_NUMBERS + turn * TURN_NUMBERS);

/** Reads the text that begins here, with the space before it, and notes whose it is; false where it says nothing. */
function takesText(who: i32, to: usize, note: usize): bool {
  space();
  if (!takes('"')) return false;
  const from = at;
  if (!readText(from, to, true) || !says) return false;
  promptHash = hash;
  addText(markOf(who));
  store<u32>(note, who, 4 * TURN_ROLE);
  store<u32>(note, from, 4 * TURN_FROM);
  store<u32>(note, endOfLiteral, 4 * TURN_END);
  const isAnswer = who == ASSISTANT;
  store<u32>(note, marksIn(tidyAt, tidyEnd, marks) & (isAnswer ? -1 : ~MAY_BE_CUT), 4 * TURN_MARKS);
  store<u32>(note, units, 4 * TURN_UNITS);
  // What lies behind a text of one byte is a space.
  store<u32>(note, load<u16>(tidyAt), 4 * TURN_FIRST);
  at = endOfLiteral + 1;
  return true;
}

/** Reads one turn; answers who speaks. */
function turn(previous: i32, to: usize, note: usize): i32 {
  if (!takes('{"role":')) return NOBODY;
  space();
  const who = role();
  if (who == NOBODY || !mayFollow(who, previous)) return NOBODY;
  space();
  if (!takes('"content":')) return NOBODY;
  return takesText(who, to, note) && takes('}') ? who : NOBODY;
}

/** The messages up to the bracket that ends them; answers how many there are, or 0. */
function readMessages(to: usize): i32 {
  space();
  if (!takes('[')) return 0;
  let previous = NOBODY;
  let turns = 0;
  for (;;) {
    if (turns == MOST_TURNS) return 0;
    previous = turn(previous, to, noteAt(turns));
    if (previous == NOBODY) return 0;
    turns += 1;
    if (!takes(',')) break;
    space();
  }
  return previous == ASSISTANT && takes(']') ? turns : 0;
}

function takesComma(): bool {
  if (!takes(',')) return false;
  space();
  return true;
}

/** The prompt and what is behind it. */
function readPair(to: usize): bool {
  if (!takesText(USER, to, noteAt(0)) || !takesComma() || !takes('"completion":')) return false;
  return takesText(ASSISTANT, to, noteAt(1));
}

/** With an input, a question has two texts. */
function takesNoInput(): bool {
  if (!takes('"input":')) return true;
  space();
  return takes('""') && takesComma();
}

function readInstruction(to: usize): bool {
  if (!takesText(USER, to, noteAt(0)) || !takesComma() || !takesNoInput()) return false;
  return takes('"output":') && takesText(ASSISTANT, to, noteAt(1));
}

let form: i32 = 0;

/** Reads the row up to its last brace; answers how many turns it has, or 0. */
function readForm(to: usize): i32 {
  if (takes('{"messages":')) {
    form = CHAT;
    return readMessages(to);
  }
  if (takes('{"prompt":')) {
    form = PAIR;
    return readPair(to) ? 2 : 0;
  }
  if (takes('{"instruction":')) {
    form = INSTRUCTION;
    return readInstruction(to) ? 2 : 0;
  }
  form = PLAIN_TEXT;
  return takes('{"text":') && takesText(TEXT, to, noteAt(0)) ? 1 : 0;
}

/** Reads the line that begins at `from` in a block that ends at `to`; answers how many turns it has, or 0. */
export function readRow(from: usize, to: usize): i32 {
  at = from;
  beginRow();
  const turns = readForm(to);
  if (turns == 0 || !takes('}')) return 0;
  if (load<u8>(at) == RETURN) at += 1;
  if (at < to && load<u8>(at) != NEWLINE) return 0;
  let allMarks: u32 = 0;
  let allUnits: u32 = 0;
  for (let each = 0; each < turns; each += 1) {
    allMarks |= load<u32>(noteAt(each), 4 * TURN_MARKS);
    allUnits += load<u32>(noteAt(each), 4 * TURN_UNITS);
  }
  store<u32>(found, at, 4 * ROW_END);
  store<u32>(found, form, 4 * ROW_FORM);
  store<u64>(found, promptHash, 4 * ROW_PROMPT_HASH);
  store<u32>(found, allMarks, 4 * ROW_MARKS);
  store<u32>(found, allUnits, 4 * ROW_UNITS);
  return turns;
}
