/** Defects of a text, each as a function from chance, or from a text, to what is planted. */
import { LOWER, type Chance } from './chance.ts';
import { sentence, sentences } from './sentences.ts';

const cutAfterWord = (text: string, c: Chance) => {
  const words = text.split(' ');
  return words
    .slice(0, Math.max(18, words.length - 2 - c.below(4)))
    .join(' ')
    .replace(/[.,;–]\s*$/, '');
};
export const TRUNCATED: Record<string, (c: Chance) => string> = {
  'ends in to': (c) => `${sentences(c, 'en', 4)} In the end it is important to`,
  'ends in the': (c) => `${sentences(c, 'en', 3)} The main reasons are the`,
  'first, and no second': (c) => `${sentences(c, 'en', 3)} There are two ways: first,`,
  'German, ends in dass': (c) => `${sentences(c, 'de', 3)} Außerdem ist es wichtig, dass`,
  'French, ends in les': (c) => `${sentences(c, 'fr', 3)} Il faut aussi noter que les`,
  'Spanish, ends in el': (c) => `${sentences(c, 'es', 3)} También es importante que el`,
  'English, cut between words': (c) => cutAfterWord(sentences(c, 'en', 6), c),
  'German, cut between words': (c) => cutAfterWord(sentences(c, 'de', 6), c),
  'an open fence of code': (c) =>
    `Here is the code:\n\n\`\`\`python\ndef f_${c.chars(4, LOWER)}(x):\n    for i in range(${c.below(99)}):\n        total +=`,
  'open JSON': (c) => `${sentence(c, 'en')}\n\n\`\`\`json\n{"id": ${c.below(999)}, "name": "`,
  'a number without its step': (c) => `Steps:\n\n1. ${sentence(c, 'en')}\n2. ${sentence(c, 'en')}\n3.`,
  'an open bracket': (c) => `${sentences(c, 'en', 3)} This applies to the old models (for example`,
};

export const MOJIBAKE_ENCODINGS = ['latin1', 'windows-1252', 'windows-1251', 'macintosh'] as const;
/** UTF-8 that was read as something else; a text of ASCII alone comes out as it was and is none. */
export function garbled(c: Chance, encoding: (typeof MOJIBAKE_ENCODINGS)[number]): string {
  for (;;) {
    const text = sentences(c, c.of(['de', 'fr', 'es', 'pt', 'pl', 'ru', 'sv', 'tr', 'zh', 'ja']), 2);
    const bytes = Buffer.from(text, 'utf8');
    const read = encoding === 'latin1' ? bytes.toString('latin1') : new TextDecoder(encoding).decode(bytes);
    if (read !== text) return read;
  }
}

// Cut apart, so that this file holds no mark of a template as a whole.
const bar = (name: string) => `<|${name}|>`;
export const TEMPLATE_TOKENS: Record<string, ((text: string) => string)[]> = {
  chatml: [(t) => `${bar('im_start')}assistant\n${t}${bar('im_end')}`, (t) => `${t}${bar('im_end')}`],
  'llama 2': [
    (t) => `[INST] ${t} [/INST]`,
    (t) => `<<SYS>>\nBe kind.\n<</SYS>>\n\n${t}`,
    (t) => `<s>[INST] Hello [/INST] ${t}</s>`,
  ],
  'llama 3': [
    (t) => `${bar('start_header_id')}assistant${bar('end_header_id')}\n\n${t}`,
    (t) => `${t}${bar('eot_id')}`,
    (t) => `${bar('begin_of_text')}${t}`,
  ],
  mistral: [(t) => `${t} [/INST]`, (t) => `${t}</s>`, (t) => `${t.slice(0, 30)}</s> ${t.slice(30)}`],
  gemma: [(t) => `<start_of_turn>model\n${t}<end_of_turn>`, (t) => `${t}<end_of_turn>`],
  phi: [(t) => `${bar('user')}\nHi${bar('end')}\n${bar('assistant')}\n${t}`, (t) => `${t}${bar('end')}`],
  deepseek: [(t) => `<｜User｜>Hi<｜Assistant｜>${t}`, (t) => `${t}<｜end▁of▁sentence｜>`],
  gpt: [
    (t) => `${t}${bar('endoftext')}`,
    (t) => `${bar('start')}assistant${bar('channel')}final${bar('message')}${t}${bar('return')}`,
  ],
  command: [(t) => `${bar('START_OF_TURN_TOKEN')}${bar('CHATBOT_TOKEN')}${t}${bar('END_OF_TURN_TOKEN')}`],
};

export const CONTROL: ((t: string) => string)[] = [
  (t) => `${t.slice(0, 5)}\u0000${t.slice(5)}`,
  (t) => `\u001b[31m${t}\u001b[0m`,
  (t) => `${t}\u0007`,
  (t) => `${t.slice(0, 9)}\b${t.slice(9)}`,
  (t) => `\u0002${t}\u0003`,
  (t) => `${t}\u001a`,
  (t) => `${t.slice(0, 4)}\u007f${t.slice(4)}`,
  (t) => `${t}\u000b next`,
];
