/**
 * Answers that people wrote: paragraphs from the READMEs of the packages this repository installs, which its lock pins.
 * Some are cut; of the others a few have no full stop because their writer left it away, and nothing is wrong with those.
 */
import { globSync, readFileSync } from 'node:fs';
import type { Corpus, Planted } from './corpus.ts';
import { type Random, seeded } from './random.ts';

const FENCE = /^[ \t]*(```|~~~)[\s\S]*?^[ \t]*\1.*$/gm;
const NO_PARAGRAPH = /^\s*(?:[-*+>#|!<]|\d+[.)]\s|\[|=+$)|^ {4}/m;
const SENTENCES = /\p{L}{2}[.!?] \P{Ll}/u;
/** Paragraphs of some sentences, as an answer is. */
const LEAST_CHARACTERS = 80;

const plain = (paragraph: string): string =>
  paragraph
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_]{1,2}([^*_]+)[*_]{1,2}/g, '$1')
    .replace(/`([^`]*)`/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();

/** What comes next belongs to an unfinished one: `as in this example`, and then the example. */
function paragraphsOf(readme: string): string[] {
  const blocks = readme.replace(FENCE, '\n\n```\n\n').split(/\n\s*\n/);
  return blocks.flatMap((block, at) => {
    const text = plain(block);
    if (NO_PARAGRAPH.test(block) || text.length < LEAST_CHARACTERS || !SENTENCES.test(text)) return [];
    const next = blocks.slice(at + 1).find((other) => other.trim() !== '') ?? '#';
    const goesOn = !/[.!?]$/.test(text) && !next.trimStart().startsWith('#');
    return goesOn || !/[\p{L}\p{N}.!?]$/u.test(text) ? [] : [text];
  });
}

function packageParagraphs(): string[] {
  const files = globSync('node_modules/**/README.md').toSorted();
  return [...new Set(files.flatMap((file) => paragraphsOf(readFileSync(file, 'utf8'))))];
}

type Cut = 'between words' | 'inside a word';

/** Cut somewhere behind its first sentence, never at the end of one: nobody could see that. */
function cut(r: Random, paragraph: string, way: Cut): string | undefined {
  const second = paragraph.search(SENTENCES) + 4;
  let end = second + r.below(Math.max(1, paragraph.length - second));
  if (way === 'between words') end = paragraph.lastIndexOf(' ', end);
  const isInside = /[\p{L}\p{N}]/u.test(paragraph.charAt(end - 1)) && /\p{L}/u.test(paragraph.charAt(end));
  if (end <= second || isInside !== (way === 'inside a word')) return undefined;
  const text = paragraph.slice(0, end);
  return /[\p{L}\p{N},;]$/u.test(text) ? text : undefined;
}

/** One paragraph in `oneIn` is cut where it can be, by turns in each way. */
export function packageCorpus({ seed, oneIn }: { seed: number; oneIn: number }): Corpus {
  const r = seeded(seed);
  const planted: Planted[] = [];
  const clean = new Set<number>();
  const lines = packageParagraphs().map((paragraph, at) => {
    const way = planted.length % 2 === 0 ? 'between words' : 'inside a word';
    const part = r.below(oneIn) === 0 ? cut(r, paragraph, way) : undefined;
    const line = at + 1;
    if (part === undefined) clean.add(line);
    else planted.push({ file: 'data', line, code: 'truncated-answer', how: way });
    return JSON.stringify({ prompt: `Paragraph ${line}?`, completion: part ?? paragraph });
  });
  return {
    name: `paragraphs of packages, one in ${oneIn} cut`,
    data: Buffer.from(`${lines.join('\n')}\n`),
    planted,
    clean: { data: clean, validation: new Set() },
  };
}
