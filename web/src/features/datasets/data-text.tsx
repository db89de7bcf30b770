import { Fragment } from 'react';

/** Controls and format characters: bidi controls (Trojan Source), zero-width ones, tags, line separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
/** What lays out text as everybody expects, and the format characters of Arabic and Syriac that are seen. */
const SEEN = /[\n\r\t\u0600-\u0605\u06DD\u070F\u08E2]/u;
/** Joiners belong into Persian, Hindi and emoji; beside plain letters and spaces they hide something. */
const JOINERS = /[\u200C\u200D]/u;

interface Piece {
  text: string;
  unseen: boolean;
}

/** Cuts a text at what cannot be seen; each such character becomes a piece such as `U+202E`. */
export function visiblePieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) pieces.push({ text: text.slice(from, to), unseen: false });
  };
  for (const match of text.matchAll(UNSEEN)) {
    if (SEEN.test(match[0])) continue;
    const before = text.codePointAt(match.index - 1) ?? 0;
    if (JOINERS.test(match[0]) && match.index > 0 && before > 0x2ff) continue;
    plain(match.index);
    const code = match[0].codePointAt(0) ?? 0;
    pieces.push({ text: `U+${code.toString(16).toUpperCase().padStart(4, '0')}`, unseen: true });
    from = match.index + match[0].length;
  }
  plain(text.length);
  return pieces;
}

/** What stands in a dataset: only ever text, with what cannot be seen made visible. */
export function DataText({ text }: { text: string }) {
  return visiblePieces(text).map((piece, index) =>
    piece.unseen ? (
      <span
        key={index}
        title="A character that cannot be seen"
        className="mx-px rounded-mark border border-warn px-0.5 align-[1px] font-mono text-[10px] leading-none text-warn"
      >
        {piece.text}
      </span>
    ) : (
      <Fragment key={index}>{piece.text}</Fragment>
    ),
  );
}
