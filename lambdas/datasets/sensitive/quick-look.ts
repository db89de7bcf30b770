/**
 * What decides, for nearly every text, that nothing is in it. A dataset is 500 MB of mostly clean text, so all of this
 * together may take one CPU second of it: each look is a native search, one short pattern, or a loop that skips.
 */

/** The shortest keys are AWS's, of 20 characters; a word of prose of that length is rare. */
const RUN = 20;

/** Letters, digits and - . / : ; < = > ? @ [ \ ] ^ _ ` { | } ~ of ASCII: `+`, quotes, commas and brackets end a run. */
const inRun = (code: number) => code > 44 && code < 127;

/**
 * Where the next run of 20 or more characters begins that a key could stand in. Looks at every twentieth character and
 * goes back from there to the last one that ends a run (as Boyer and Moore do), so that it reads a quarter of prose.
 */
export function longRunAt(text: string, from: number): number {
  const { length } = text;
  for (let at = from + RUN - 1; at < length;) {
    let back = at;
    const stop = at - RUN;
    while (inRun(text.charCodeAt(back))) {
      back -= 1;
      if (back === stop) return back + 1;
    }
    at = back + RUN;
  }
  return -1;
}

export function runEnd(text: string, from: number): number {
  let to = from;
  while (to < text.length && inRun(text.charCodeAt(to))) to += 1;
  return to;
}

/** What stands between the digits of a number that people write: spaces (also narrow and fixed), dots, dashes, brackets. */
export const BETWEEN = ' \\-.()/\\u00a0\\u2009\\u2010-\\u2014\\u202f';

/**
 * Six digits that may belong together: the fewest of any number looked for (the British AB 12 34 56 C). Capitals may
 * stand between them, as in the Italian RSSMRA85T10A562S.
 */
export const SIX_DIGITS = new RegExp(`\\d(?:[${BETWEEN}A-Z]{0,3}\\d){5}`, 'g');
