/** Rows that can be read and are poor: what they say is wrong in one known way. */
import { cleanChat, prose, type ChatRow } from './clean-rows.ts';
import type { Planter } from './planted-structure.ts';
import type { Random } from './random.ts';

const answering = (r: Random, row: number, answer: string, language = 'en'): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: `${prose(r, language, 1)} [${row}]` },
      { role: 'assistant', content: answer },
    ],
  } satisfies ChatRow);

const REFUSALS = [
  'I’m sorry, but I can’t assist with that request.',
  "I'm sorry, but I cannot help with that.",
  'As an AI language model, I do not have personal opinions or feelings.',
  'As a large language model, I cannot browse the internet.',
  'I cannot fulfill this request. I am programmed to be a helpful and harmless AI assistant.',
  'Sorry, I am unable to provide that information.',
  'I apologize, but I am not able to generate that kind of content.',
  'Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.',
  'Als KI-Sprachmodell habe ich keine persönlichen Meinungen.',
  'Je suis désolé, mais je ne peux pas répondre à cette demande.',
  "En tant que modèle de langage, je n'ai pas d'opinions personnelles.",
  'Lo siento, pero no puedo ayudar con eso.',
  'Como modelo de lenguaje, no tengo opiniones personales.',
];

const TEMPLATE_TOKENS = [
  '<|im_start|>assistant\n',
  '<|im_end|>',
  '<|eot_id|>',
  '<|start_header_id|>user<|end_header_id|>',
  '[INST] ',
  ' [/INST]',
  '<<SYS>>',
  '<|endoftext|>',
  '<start_of_turn>model',
  '<|user|>',
  '</s>',
  '\n### Response:\n',
  '\n### Instruction:\n',
  '<|begin_of_text|>',
];

/** UTF-8 bytes read as Windows-1252: what a careless export makes of é, ’ and ü. */
const garbled = (text: string) =>
  Array.from(Buffer.from(text, 'utf8'), (byte) => {
    const high = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
    return byte >= 0x80 && byte < 0xa0 ? high.charAt(byte - 0x80) : String.fromCharCode(byte);
  }).join('');

const CUT_ENDS = [
  ' and the',
  ', which is why',
  ' because of the',
  ' (for exam',
  ' in order to',
  ', but',
  ' such as',
  ' with a',
];

export const QUALITY: readonly Planter[] = [
  { code: 'refusal', how: 'a boilerplate sentence', line: (r, row) => answering(r, row, r.pick(REFUSALS)) },
  {
    code: 'refusal',
    how: 'with a polite tail',
    line: (r, row) =>
      answering(r, row, `${r.pick(REFUSALS.slice(0, 7))} Is there anything else you would like to know?`),
  },
  {
    code: 'template-token',
    how: 'in the answer',
    line: (r, row) => {
      const token = r.pick(TEMPLATE_TOKENS);
      return answering(
        r,
        row,
        r.below(2) ? prose(r, 'en', 1) + token + prose(r, 'en', 1) : `${prose(r, 'en', 2)}${token}`,
      );
    },
  },
  {
    code: 'mojibake',
    how: 'UTF-8 read as Windows-1252',
    line: (r, row) =>
      answering(r, row, garbled(prose(r, r.pick(['de', 'fr', 'es', 'pt', 'tr', 'ru', 'ja']), 3))),
  },
  {
    code: 'mojibake',
    how: 'replacement characters',
    line: (r, row) => answering(r, row, `${prose(r, 'en', 1)} The caf\ufffd in M\ufffdnchen was full.`),
  },
  {
    code: 'control-characters',
    how: 'an escape sequence',
    line: (r, row) => answering(r, row, `${prose(r, 'en', 1)} \u001b[31mred\u001b[0m ${prose(r, 'en', 1)}`),
  },
  {
    code: 'control-characters',
    how: 'an escaped NUL',
    line: (r, row) => answering(r, row, `${prose(r, 'en', 1)}\u0000${prose(r, 'en', 1)}`),
  },
  {
    code: 'control-characters',
    how: 'a backspace',
    line: (r, row) => answering(r, row, `${prose(r, 'en', 1)}\b\b${prose(r, 'en', 1)}`),
  },
  {
    code: 'truncated-answer',
    how: 'ends in a clause',
    line: (r, row) => answering(r, row, `${prose(r, 'en', 3)} The next one is larger${r.pick(CUT_ENDS)}`),
  },
  {
    code: 'truncated-answer',
    how: 'an open code fence',
    line: (r, row) =>
      answering(r, row, `${prose(r, 'en', 1)}\n\n\`\`\`python\ndef area(width, height):\n    return width *`),
  },
  {
    code: 'extreme-length',
    how: 'a hundred times as long',
    line: (r, row) => answering(r, row, prose(r, 'en', 900)),
  },
];

/** Two lines of which the second is what is planted; the first is clean by itself. */
export interface PairPlanter {
  code: 'duplicate-row' | 'near-duplicate' | 'conflicting-answers';
  how: string;
  pair: (r: Random, row: number) => readonly [string, string];
}

const long = (r: Random, row: number): [string, string] => [
  `${prose(r, 'en', 2)} [${row}]`,
  prose(r, 'en', 5),
];
const pairOf = (user: string, assistant: string) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ],
  });
/** Replaces one word in the middle by another. */
const wordChanged = (r: Random, text: string): string => {
  const words = text.split(' ');
  words[Math.floor(words.length / 3) + r.below(Math.floor(words.length / 3))] = r.pick([
    'pencil',
    'window',
    'river',
    'seven',
  ]);
  return words.join(' ');
};

export const PAIRS: readonly PairPlanter[] = [
  {
    code: 'duplicate-row',
    how: 'the same bytes',
    pair: (r, row) => {
      const line = JSON.stringify(cleanChat(r, row));
      return [line, line];
    },
  },
  {
    code: 'duplicate-row',
    how: 'other spacing',
    pair: (r, row) => {
      const [user, assistant] = long(r, row);
      return [pairOf(user, assistant), pairOf(user.replaceAll(' ', '  '), ` ${assistant}\n`)];
    },
  },
  {
    code: 'duplicate-row',
    how: 'other JSON of the same row',
    pair: (r, row) => {
      const chat = cleanChat(r, row);
      return [JSON.stringify(chat), JSON.stringify(chat, null, 1).replaceAll('\n', ' ')];
    },
  },
  {
    code: 'near-duplicate',
    how: 'one word of the answer changed',
    pair: (r, row) => {
      const [user, assistant] = long(r, row);
      return [pairOf(user, assistant), pairOf(`${user}.`, wordChanged(r, assistant))];
    },
  },
  {
    code: 'near-duplicate',
    how: 'other case and punctuation',
    pair: (r, row) => {
      const [user, assistant] = long(r, row);
      return [
        pairOf(user, assistant),
        pairOf(user.toLowerCase(), assistant.replaceAll('.', '!').replaceAll(',', ' –')),
      ];
    },
  },
  {
    code: 'near-duplicate',
    how: 'a sentence of five words added',
    pair: (r, row) => {
      const [user, assistant] = long(r, row);
      return [pairOf(user, assistant), pairOf(`${user} Thanks.`, `${assistant} I hope that helps you.`)];
    },
  },
  {
    code: 'conflicting-answers',
    how: 'another answer to the same question',
    pair: (r, row) => {
      const [user, assistant] = long(r, row);
      return [pairOf(user, assistant), pairOf(user, prose(r, 'en', 4))];
    },
  },
];
