/** The forms a row can have, each from a system text, a question and an answer. */
import { DIGITS, LOWER, type Chance } from './chance.ts';
import { LANGUAGE_NAMES, sentence, sentences } from './sentences.ts';

export type Form = (system: string | undefined, q: string, t: string, c: Chance) => object;
export const messages: Form = (system, q, t) => ({
  messages: [
    ...(system ? [{ role: 'system', content: system }] : []),
    { role: 'user', content: q },
    { role: 'assistant', content: t },
  ],
});
const manyTurns: Form = (system, q, t, c) => {
  const language = c.of(LANGUAGE_NAMES);
  return {
    messages: [
      ...(system ? [{ role: 'system', content: system }] : []),
      { role: 'user', content: q },
      { role: 'assistant', content: sentences(c, language, 2), weight: c.below(2) },
      { role: 'user', content: sentence(c, language) },
      { role: 'assistant', content: t },
    ],
  };
};
const withTools: Form = (_system, q, t, c) => {
  const id = `call_${c.chars(24, LOWER + DIGITS)}`;
  return {
    messages: [
      { role: 'user', content: q },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id,
            type: 'function',
            function: {
              name: `find_${c.chars(4, LOWER)}`,
              arguments: JSON.stringify({
                q: c.chars(6, LOWER),
                n: c.below(99),
                at: { lat: 48.85, lon: 2.29 },
              }),
            },
          },
        ],
      },
      {
        role: 'tool',
        tool_call_id: id,
        content: JSON.stringify([{ sku: c.chars(8, DIGITS), price: c.below(999) / 10 }]),
      },
      { role: 'assistant', content: t },
    ],
    tools: [
      {
        type: 'function',
        function: {
          name: 'find',
          description: 'Finds things',
          parameters: { type: 'object', properties: { q: { type: 'string', format: 'email' } } },
        },
      },
    ],
  };
};
const chats: Form = (system, q, t, c) =>
  (c() < 0.5 ? messages : c() < 0.6 ? manyTurns : withTools)(system, q, t, c);
export const FORMS = {
  messages: chats,
  'prompt-completion': (_s, prompt, completion) => ({ prompt, completion }),
  instruction: (s, instruction, output, c) => ({
    instruction,
    input: c() < 0.5 ? '' : sentence(c, 'en'),
    output,
    ...(s ? { system: s } : {}),
  }),
  preference: (_s, prompt, chosen, c) => ({
    prompt,
    chosen,
    rejected: `${sentence(c, 'en')} ${c.below(9999)}`,
  }),
  text: (_s, q, t) => ({ text: `${q}\n\n${t}` }),
} as const satisfies Record<string, Form>;
