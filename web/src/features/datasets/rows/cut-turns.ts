import type { PreviewRow } from '../../../../../contracts/dataset-report.ts';

type Message = PreviewRow['messages'][number];

/** Where the context ends in a turn: characters of it that are still seen; undefined where all of it is. */
export interface SeenTurn {
  message: Message;
  tokens: number | undefined;
  seenCharacters: number | undefined;
}

/**
 * Which part of each turn the context still holds. Tokens of each message are taken where the API counts them, else the
 * row's tokens are spread over its characters: the cut is then about there. Both branches of a pair begin anew.
 */
export function cutTurns(row: PreviewRow, limit: number | undefined): SeenTurn[] {
  const characters = row.messages.reduce((sum, message) => sum + message.content.length, 0);
  const spread = (message: Message) =>
    row.tokens === null || characters === 0 ? undefined : (row.tokens * message.content.length) / characters;
  const isOver = limit !== undefined && row.tokens !== null && row.tokens > limit;
  let shared = 0;
  const inBranch = { chosen: 0, rejected: 0 };
  return row.messages.map((message) => {
    const tokens = message.tokens ?? spread(message);
    const before = message.branch ? shared + inBranch[message.branch] : shared;
    if (message.branch) inBranch[message.branch] += tokens ?? 0;
    else shared += tokens ?? 0;
    if (!isOver || tokens === undefined || before + tokens <= limit) {
      return { message, tokens: message.tokens, seenCharacters: undefined };
    }
    const share = tokens === 0 ? 0 : Math.max(0, (limit - before) / tokens);
    return {
      message,
      tokens: message.tokens,
      seenCharacters: wordStart(message.content, Math.floor(message.content.length * share)),
    };
  });
}

/** Back to the start of the word that the cut goes through, so that none is half struck out; not past a long one. */
function wordStart(text: string, at: number): number {
  const start = text.lastIndexOf(' ', at) + 1;
  return start >= at - 24 ? Math.min(start, at) : at;
}

/** Turns shown of a long conversation: how it begins, and how it ends. */
const FIRST = 3;
const LAST = 2;

/** Folds the middle of a long conversation; the turn where the cut goes through stays. */
export function foldTurns(turns: readonly SeenTurn[]): {
  first: SeenTurn[];
  folded: SeenTurn[];
  last: SeenTurn[];
} {
  if (turns.length <= FIRST + LAST + 1) return { first: [...turns], folded: [], last: [] };
  const cut = turns.findIndex(({ seenCharacters }) => seenCharacters !== undefined);
  const from = cut >= FIRST ? Math.min(turns.length - LAST, cut) : turns.length - LAST;
  return {
    first: turns.slice(0, FIRST),
    folded: turns.slice(FIRST, from),
    last: turns.slice(from),
  };
}
