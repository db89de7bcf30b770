/** Files to measure the check on, the same in every run: they are written into a folder that is removed afterwards. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { cleanChat } from '../datasets/planted/clean-rows.ts';
import { type Random, seeded } from '../datasets/planted/random.ts';

/** One write for so many characters. */
const PIECE_CHARACTERS = 1_000_000;

/** Writes pieces until `bytes` are reached or there is none. */
export function writePieces(file: string, bytes: number, piece: (at: number) => string | undefined): void {
  const handle = openSync(file, 'w');
  let written = 0;
  let waiting = '';
  for (let at = 0; written < bytes; at += 1) {
    const next = piece(at);
    waiting += next ?? '';
    if (next !== undefined && waiting.length < PIECE_CHARACTERS && written + waiting.length < bytes) continue;
    written += writeSync(handle, waiting);
    waiting = '';
    if (next === undefined) break;
  }
  closeSync(handle);
}

/** Letters that begin, go on and end a syllable: words made of them are as long as English ones and as different. */
const SYLLABLE = ['b d g h l m n p r s v w st br', 'a e i o ea', 'n r s l m nd st'].map((letters) =>
  letters.split(' '),
);
const SMALL =
  'the of and to a in that is was he for it with as his on be at by this had not are but from or have they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years where much your way down should because long each just state those people too mr how little good world make very year still see work life us men being both between never under last day same another three know while might old great go come since against right came take used himself few use place american during without home around however small found mrs thought went say part once general high upon school every'.split(
    ' ',
  );

/** The first ones are used most, as in any language (Zipf). */
function vocabulary(random: Random, words: number): string[] {
  const syllable = () => SYLLABLE.map((letters) => random.pick(letters)).join('');
  return [
    ...SMALL,
    ...Array.from({ length: words }, () =>
      Array.from({ length: 1 + random.below(2) + random.below(2) }, syllable).join(''),
    ),
  ];
}

/** A sentence of 6 to 24 words; one in eight has a figure in it, one in ten a comma, one in twelve a quotation. */
function sentence(random: Random, words: readonly string[]): string {
  const some = Array.from({ length: 6 + random.below(19) }, () => {
    const place = random.below(words.length) * (random.below(1000) / 1000) ** 2;
    return words[Math.floor(place)] ?? '';
  });
  if (random.below(8) === 0) some[3] = String(random.below(2000));
  if (random.below(10) === 0) some[5] = `${some[5]},`;
  if (random.below(12) === 0) some[2] = `“${some[2]}”`;
  const written = some.join(' ');
  return `${written.charAt(0).toUpperCase()}${written.slice(1)}.`;
}

/** One answer in five has an address of the web in it, one in three a list. */
function answer(random: Random, words: readonly string[]): string {
  const text = () => Array.from({ length: 1 + random.below(4) }, () => sentence(random, words)).join(' ');
  const parts = Array.from({ length: 1 + random.below(3) }, text);
  if (random.below(3) === 0)
    parts.push(Array.from({ length: 3 }, () => `- ${sentence(random, words)}`).join('\n'));
  if (random.below(5) === 0)
    parts.push(`See https://www.${words[500]}.org/${words[random.below(900)]}/guide.`);
  return parts.join('\n\n');
}

/**
 * Chats as people have them: English prose in paragraphs and lists, every row different; one row in eight is in any of
 * twenty languages, or has code, a table or JSON in it.
 */
export function writeChats(file: string, bytes: number): void {
  const random = seeded(20_261_125);
  const words = vocabulary(random, 8000);
  const chat = (row: number): object => {
    if (random.below(8) === 0) return cleanChat(random, row);
    const messages = [
      { role: 'user', content: `${sentence(random, words)} ${sentence(random, words).slice(0, -1)}?` },
      { role: 'assistant', content: answer(random, words) },
    ];
    return { messages };
  };
  writePieces(file, bytes, (row) => `${JSON.stringify(chat(row))}\n`);
}

/** Every so many lines one is broken, each in one of the ways; answers their lines. */
export function writeWithErrors(file: string, bytes: number, errors: number): number[] {
  const random = seeded(20_261_126);
  const words = vocabulary(random, 8000);
  const row = () =>
    JSON.stringify({
      messages: [
        { role: 'user', content: sentence(random, words) },
        { role: 'assistant', content: answer(random, words) },
      ],
    });
  const broken: ((row: string) => string)[] = [
    (line) => line.slice(0, -1),
    (line) => line.replace('"user"', '"person"'),
    (line) => line.replace('"assistant"', '"user"'),
    (line) => line.replace('"content":', '"text":'),
    () => '{"messages":[]}',
    () => '["a list"]',
    () => `{"messages":"${'x'.repeat(2_000_000)}"}`,
    () => `{"messages":${'['.repeat(200)}${']'.repeat(200)}}`,
  ];
  const lines: number[] = [];
  // A row has 750 bytes; reckoned with more, the last error comes well before the end.
  const every = Math.floor(bytes / 900 / errors);
  writePieces(file, bytes, (at) => {
    if (at % every !== every - 1 || lines.length === errors) return `${row()}\n`;
    lines.push(at + 1);
    // Lines of 2 MB are few: they are to be passed over, not to fill the file.
    const ways = lines.length % 20 === 0 ? broken : broken.filter((_, way) => way !== 6);
    return `${ways[lines.length % ways.length]?.(row()) ?? ''}\n`;
  });
  return lines;
}

/** What facts.md §4 says of hostile files, each as large as it is meant. */
export const HOSTILE: Record<string, (file: string) => void> = {
  'one line of 500 MB': (file) =>
    writePieces(file, 500e6, (at) => (at === 0 ? '{"text":"' : 'x'.repeat(1_000_000))),
  'a line of 500 MB of {},': (file) => writePieces(file, 500e6, () => '{},'.repeat(300_000)),
  'a million lines of {}': (file) => writePieces(file, 3e6, () => '{}\n'.repeat(1000)),
  '100 MB of empty lines': (file) => writePieces(file, 100e6, () => '\n'.repeat(1_000_000)),
  '100 MB of lines of {"text":"a"}': (file) => writePieces(file, 100e6, (at) => `{"text":"${at}"}\n`),
  '100 MB of lines nested as deep as they are long': (file) =>
    writePieces(file, 100e6, () => `{"text":${'['.repeat(900_000)}\n`),
  '100 MB of lines of a million brackets': (file) =>
    writePieces(file, 100e6, () => `[${'{},'.repeat(330_000)}{}]\n`),
  '100 MB of lines that all are one key': (file) =>
    writePieces(file, 100e6, () => `{"text":"${'eyJ-'.repeat(220_000)}"}\n`),
  '100 MB of digits': (file) => writePieces(file, 100e6, () => `{"text":"${'4111 1111 '.repeat(90_000)}"}\n`),
  '100 MB of @': (file) => writePieces(file, 100e6, () => `{"text":"${'a@b.'.repeat(220_000)}"}\n`),
  '100 MB of escapes': (file) =>
    writePieces(file, 100e6, () => `{"text":"${'\\u0041\\n'.repeat(110_000)}"}\n`),
  '100 MB of UTF-16': (file) =>
    writePieces(file, 100e6, () => '{\0"\0t\0e\0x\0t\0"\0:\0"\0a\0"\0}\0\n\0'.repeat(1000)),
  '100 MB of NUL': (file) => writePieces(file, 100e6, () => '\0'.repeat(1_000_000)),
  'a zip archive of 100 MB': (file) =>
    writePieces(file, 100e6, (at) => (at === 0 ? 'PK\u0003\u0004' : 'x\n'.repeat(500_000))),
};
