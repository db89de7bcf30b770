/** Rows that nothing is wrong with, each different enough from every other. */
import { BLOCKS } from './clean-blocks.ts';
import { NAMES, SENTENCES } from './clean-sentences.ts';
import { HEX, type Random } from './random.ts';

interface Message {
  role: string;
  content: string | null;
  [field: string]: unknown;
}
export interface ChatRow {
  messages: Message[];
  [field: string]: unknown;
}

const WORDS =
  'amber anvil apron arbour basin beacon birch blanket brook candle canvas cedar cellar chalk cobble copper cradle dapple delta ember fathom feather fennel ferry flint gable garnet ginger glade granite harbour hazel heron hollow inkwell ivory jasper juniper kettle ladder lantern larch linen lintel maple marble meadow mortar nettle oriel orchard otter parchment pebble pewter plaster plover quarry quiver rafter ripple saddle saffron sandal shingle sparrow spindle spruce teasel thicket thimble timber trellis tundra umber velvet walnut willow wicker yarrow zephyr'.split(
    ' ',
  );

function sentence(r: Random, language: string): string {
  const filled = r
    .pick(SENTENCES[language] ?? [])
    .replaceAll('#', () => String(2 + r.below(97)))
    .replaceAll('@', () => r.pick(NAMES));
  // Some rare words: people repeat whole sentences far less than a pool of a hundred does, and rows that differ in a
  // figure only would be near duplicates.
  return `${filled} (${Array.from({ length: 3 + r.below(4) }, () => r.pick(WORDS)).join(' ')})`;
}

export function prose(r: Random, language: string, sentences: number): string {
  return Array.from({ length: sentences }, () => sentence(r, language)).join(' ');
}

const languageFor = (r: Random): string => (r.below(3) > 0 ? 'en' : r.pick(Object.keys(SENTENCES)));

/** A question and an answer in one language, with a block of another kind in some. */
export function cleanChat(r: Random, row: number): ChatRow {
  const language = languageFor(r);
  const ask = `${prose(r, language, 1 + r.below(2))} [${row}]`;
  const block = r.below(4) === 0 ? r.pick(Object.values(BLOCKS))(r) : undefined;
  const answer = prose(r, language, 2 + r.below(4));
  const messages: Message[] = [
    ...(r.below(5) === 0 ? [{ role: 'system', content: 'You answer briefly and to the point.' }] : []),
    { role: 'user', content: ask },
    { role: 'assistant', content: block === undefined ? answer : `${answer}\n\n${block}` },
  ];
  if (r.below(6) === 0) {
    messages.push(
      { role: 'user', content: prose(r, language, 1) },
      { role: 'assistant', content: prose(r, language, 1 + r.below(3)) },
    );
  }
  if (r.below(20) === 0) {
    const last = messages.at(-1);
    if (last) last['weight'] = 1;
  }
  return { messages };
}

/** A conversation in which a tool is called and answers. */
export function cleanToolChat(r: Random, row: number): ChatRow {
  const id = `call_${r.text(24, HEX)}`;
  const place = r.pick(NAMES);
  return {
    messages: [
      { role: 'user', content: `${prose(r, 'en', 1)} [${row}]` },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id,
            type: 'function',
            function: { name: 'get_weather', arguments: JSON.stringify({ place, days: r.below(7) }) },
          },
        ],
      },
      {
        role: 'tool',
        tool_call_id: id,
        content: JSON.stringify({ place, degrees: r.below(35), wind: r.below(90) }),
      },
      { role: 'assistant', content: prose(r, 'en', 2) },
    ],
    tools: [
      { type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: {} } } },
    ],
  };
}

/** Short clean answers: labels, figures, yes and no, one word; nothing is truncated about them. */
export function cleanLabel(r: Random, row: number): ChatRow {
  const answers = [
    'yes',
    'no',
    'positive',
    'negative',
    'neutral',
    'B',
    'refund',
    'Ulm',
    `${r.below(900)}`,
    `${r.below(90)} %`,
    'spam',
    '{"label":"ham"}',
    '是',
    'Ja',
    '42.5',
  ];
  return {
    messages: [
      { role: 'user', content: `Classify: ${prose(r, 'en', 2)} [${row}]` },
      { role: 'assistant', content: r.pick(answers) },
    ],
  };
}
