import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Turn } from '../../lambdas/datasets/check/rows/row.ts';
import {
  fixText,
  qualityProblems,
  removeTemplateTokens,
} from '../../lambdas/datasets/check/text/text-quality.ts';
import { BLOCKS } from './planted/clean-blocks.ts';
import { SENTENCES } from './planted/clean-sentences.ts';
import { seeded } from './planted/random.ts';

const answer = (content: string): Turn[] => [{ role: 'assistant', content, learnt: true }];
const codes = (turns: readonly Turn[]) => qualityProblems(turns).map(({ code }) => code);
/** UTF-8 read as Windows-1252, or as Latin-1. */
const garbled = (text: string, encoding: 'windows-1252' | 'latin1' = 'windows-1252') =>
  encoding === 'latin1'
    ? Buffer.from(text).toString('latin1')
    : new TextDecoder('windows-1252').decode(Buffer.from(text));

describe('clean text gives nothing', () => {
  const sentences = Object.entries(SENTENCES).map(([language, list]) => ({
    language,
    text: list.join(' ').replaceAll('#', '7').replaceAll('@', 'Ulm'),
  }));
  test.each(sentences)('$language', ({ text }) => expect(codes(answer(text))).toEqual([]));

  const r = seeded(3);
  const blocks = Object.entries(BLOCKS).map(([kind, make]) => ({ kind, text: make(r) }));
  test.each(blocks)('$kind', ({ text }) => {
    expect(codes(answer(text))).toEqual([]);
    expect(codes(answer(text.replaceAll(/```\w*\n?/g, '')))).toEqual([]);
  });

  test.each([
    'yes',
    'B',
    '42',
    '是',
    '{"a":1}',
    'Ulm',
    'a, b, c',
    'x = (1',
    ':(',
    'Kind regards,',
    '- milk,\n- bread,',
    '',
  ])('the answer %j', (text) => expect(codes(answer(text))).toEqual([]));
});

describe('a refusal', () => {
  test.each([
    "I'm sorry, but I can't assist with that.",
    'I’m sorry, but I can’t help with that request. Is there anything else?',
    'Sorry, I cannot fulfill this request.',
    'As an AI language model, I cannot browse the internet.',
    'Unfortunately, as a large language model created by Acme, I do not have opinions.',
    'I am just an AI assistant and cannot give medical advice.',
    'I cannot provide instructions on how to do that.',
    'I do not have personal opinions or beliefs.',
    'Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.',
    'Als KI-Sprachmodell habe ich keine eigene Meinung.',
    'Leider kann ich diese Anfrage nicht beantworten.',
    'Je suis désolé, mais je ne peux pas répondre à cette demande.',
    'En tant que modèle de langage, je n’ai pas d’opinions.',
    'Lo siento, pero no puedo ayudar con eso.',
    'Como modelo de lenguaje, no tengo opiniones.',
    '很抱歉，我无法提供这些信息。',
    'Tut mir leid, das kann ich nicht beantworten.',
    'Ich kann diese Anfrage nicht erfüllen.',
    'Ich bin nicht in der Lage, diese Informationen bereitzustellen.',
    'Je ne suis pas en mesure de fournir ces informations.',
    'No puedo proporcionar esa información.',
    'Me temo que no puedo ayudar con esa petición.',
    '我无法协助处理这个请求。',
  ])('%j', (text) => expect(codes(answer(text))).toEqual(['refusal']));

  test.each([
    'I cannot recommend the night bus: it is slow, cold and often late.',
    'Sorry for the delay; the part is back in stock now.',
    "Sorry, I can't make it on Friday.",
    'As an AI researcher, she does not write code every day.',
    'I cannot believe how well this cake turned out!',
    'I am afraid of spiders, but I am not afraid of dogs.',
    'Leider war der Händler bis 7 Uhr nicht zu erreichen.',
    'Als Kind habe ich das nicht verstanden.',
    'Je suis désolé du retard, le train était en panne.',
    'Como modelo de negocio, el alquiler no funciona aquí.',
    'No puedo creer lo rápido que pasó el año.',
    'Ich bin nicht in der Lage, diese Woche zu kommen.',
    'Das kann ich nicht glauben.',
    'Je ne peux pas fournir cette pièce avant lundi.',
    'No puedo ayudarte con tu mudanza el sábado.',
    '我不能没有咖啡。',
    `Models often say: "I'm sorry, but I can't assist with that."`,
    `I'm sorry, but I can't help with that exactly. ${'Here is what you can do instead, step by step. '.repeat(10)}`,
  ])('is not %j', (text) => expect(codes(answer(text))).toEqual([]));

  test('is told of answers that are learnt, and of no others', () => {
    const content = "I'm sorry, but I can't assist with that.";
    expect(codes([{ role: 'user', content, learnt: false }])).toEqual([]);
    expect(codes([{ role: 'assistant', content, learnt: false }])).toEqual([]);
    expect(codes([{ role: 'text', content, learnt: true }])).toEqual([]);
  });
});

describe('marks of a chat template', () => {
  test.each([
    ['<|im_start|>assistant\nHello.<|im_end|>', 'Hello.'],
    ['<|start_header_id|>user<|end_header_id|>\n\nHello.<|eot_id|>', 'Hello.'],
    ['<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHello. [/INST]', 'Be brief.\n\n\nHello.'],
    ['Hello.</s>', 'Hello.'],
    ['Hello.</s>And more.', 'Hello.And more.'],
    ['<s> Hello.', 'Hello.'],
    ['### Instruction:\nGreet.\n\n### Response:\nHello.', 'Greet.\n\nHello.'],
    ['<start_of_turn>model\nHello.<end_of_turn>', 'Hello.'],
    ['Hello.<|endoftext|>', 'Hello.'],
    ['<|user|>Hi<|assistant|>Hello.', 'HiHello.'],
    ['<｜User｜>Hi', 'Hi'],
    ['[TOOL_CALLS] none', 'none'],
  ])('in %j are told and can be taken out', (text, left) => {
    expect(codes(answer(text))).toContain('template-token');
    expect(removeTemplateTokens(text)).toBe(left);
    expect(codes(answer(left))).toEqual([]);
  });

  test.each([
    'The price was <s>20</s> 15 euros.',
    '<s>Old</s> and new.',
    'xs |> List.map(f) <| y',
    'many <|> some',
    'Use arr[INDEX] and [link](https://example.com).',
    'A heading\n### Instructions for use\n### Response times',
    'if (a < b || b > c) <b>bold</b>',
    'Write it as ### Response: in the middle of a line.',
  ])('are not in %j', (text) => {
    expect(codes(answer(text))).toEqual([]);
    expect(removeTemplateTokens(text)).toBe(text);
  });

  test('are told in questions, calls and plain text too', () => {
    const mark = 'a<|im_end|>';
    expect(codes([{ role: 'user', content: mark, learnt: false }])).toEqual(['template-token']);
    expect(codes([{ role: 'text', content: mark, learnt: true }])).toEqual(['template-token']);
    const toolCalls = [{ name: 'f', arguments: JSON.stringify({ mark }) }];
    expect(codes([{ role: 'assistant', content: '', learnt: true, toolCalls }])).toEqual(['template-token']);
  });

  test('are gone from any text after one removal', () => {
    const part = fc.constantFrom(
      '<|im_start|>',
      '<s>',
      '</s>',
      '[INST]',
      '### Response:\n',
      'user',
      '<',
      '|>',
      '\n',
      ' ',
      'word',
      '<|im_',
      'end|>',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const once = removeTemplateTokens(parts.join(''));
        expect(removeTemplateTokens(once)).toBe(once);
        expect(codes(answer(once))).not.toContain('template-token');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('wrongly decoded text', () => {
  const languages = [
    'de',
    'fr',
    'es',
    'pt',
    'it',
    'sv',
    'pl',
    'tr',
    'ru',
    'uk',
    'el',
    'ja',
    'zh',
    'ko',
    'ar',
    'hi',
  ];
  const cases = languages.flatMap((language) =>
    (SENTENCES[language] ?? [])
      .filter((text) => Buffer.byteLength(text) > text.length)
      .flatMap((text) =>
        (['windows-1252', 'latin1'] as const).map((encoding) => ({ language, text, encoding })),
      ),
  );
  test.each(cases)('is told and decoded again: $language $encoding $text', ({ text, encoding }) => {
    const wrong = garbled(text, encoding);
    expect(codes(answer(wrong))).toContain('mojibake');
    expect(fixText(wrong)).toBe(text);
  });

  test.each([
    ['donâ€™t', 'don’t'],
    ['Itâ€™s 5 Â°C – Ã¼ber Nacht', 'It’s 5 °C – über Nacht'],
    ['ðŸ˜€', '😀'],
    ['cafÃƒÂ©', 'café'],
    ['Â¿QuÃ© tal?', '¿Qué tal?'],
    ['ï»¿Name', '\ufeffName'],
    ['fÃ¼r größer', 'für größer'],
    ['5 PM\u00c2\u00a0EST', '5 PM\u00a0EST'],
    ['donвЂ™t', 'don’t'],
    ['Гber fГјr und grГ¶Гџer'.replace('Г', 'Гњ'), 'Über für und größer'],
    ['РџСЂРёРІРµС‚, РјРёСЂ', 'Привет, мир'],
    ['don‚Äôt', 'don’t'],
    ['f√ºr caf√© Espa√±a', 'für café España'],
    ['–ü—Ä–∏–≤–µ—Ç', 'Привет'],
    ['trГЄs potes na estaГ§ГЈo', 'três potes na estação'],
    ['sЕ‚ownik i mapД™ drogowД…', 'słownik i mapę drogową'],
    ['з¬¬дєЊе¤©и®¤зњџзљ„е­¦з”џ', '第二天认真的学生'],
    ['m≈Çyn, Yaƒümura, kƒ±≈ülƒ±k', 'młyn, Yağmura, kışlık'],
  ])('%j becomes %j', (wrong, right) => {
    expect(codes(answer(wrong))).toContain('mojibake');
    expect(fixText(wrong)).toBe(right);
  });

  test.each([
    'NÃO, SÃO PAULO, IRMÃ, AMANHÃ»',
    '« voilà\u00a0» et « passé\u00a0» … déjà\u00a0!',
    'Er sagte »Spaß« und »MENÜ« und »groß«.',
    'ÂNCORA, câmara, România, Târgu Mureș, în țară',
    'Tiếng Việt có dấu: ẤP, ÂU, đâu, ÊĐÊ',
    'Ñandú, ESPAÑA, ESPAÑ…',
    'Đà Nẵng, Ðóð, Þór',
    '5 °C, £ 20, © 2026, ½ l, ±3 µm, § 5, ª, º',
    'Łódź, żółć, ČŠŽ, Ő, Ű',
    'Ä, Ö und Ü – Ä… ß',
    'СІРІСТЬ, РІЧ, Рівне, СРСР, С. Р. Сергеев – «РС»',
    'Љубав, Ђорђе, СРЂ, Џеп, Гјорче',
    '√2, √x, √π, 3√2, √(a²+b²), ∂f/∂x, x ≥ √n',
    'Köln–Ürdingen–Ägypten, 1–2—3, ‚Äpfel‘, „Ärger“',
    'Её, їжі, дії, Дії, ДІЇ, ЕЁ – «Где», Г…',
    'x≈π, x≈∞, y≈£5, t≈°C, ƒ±1, ƒ(x)≈√2',
  ])('is not %j', (text) => {
    expect(codes(answer(text))).toEqual([]);
    expect(fixText(text)).toBe(text);
  });

  test('with a lost character is told and stays as it is', () => {
    expect(codes(answer('caf\ufffd'))).toEqual(['mojibake']);
    expect(fixText('caf\ufffd')).toBe('caf\ufffd');
  });

  test('is decoded without loss, or not at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const wrong = garbled(text, 'latin1');
        const fixed = fixText(wrong);
        const stripped = (said: string) => said.replaceAll(/\p{Cc}/gu, '');
        expect([stripped(text), stripped(wrong)]).toContain(stripped(fixed));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('characters that are none', () => {
  test.each([
    ['a\u0000b', 'control-characters', 'ab'],
    ['\u001b[31mred\u001b[0m', 'control-characters', 'red'],
    ['a\bb\f\u007f', 'control-characters', 'ab'],
    ['a\u0091b', 'control-characters', 'ab'],
    ['a\ud83d b', 'lone-surrogate', 'a b'],
    ['\udc00', 'lone-surrogate', ''],
  ])('%j is told and can be taken out', (text, code, left) => {
    expect(codes(answer(text))).toEqual([code]);
    expect(fixText(text)).toBe(left);
  });

  test('are neither line breaks nor emoji nor marks of direction', () => {
    const text = 'a\tb\r\nc\u0085d 😀 👩‍🚀 \u200f\u200b\ufeff e\u0301';
    expect(codes(answer(text))).toEqual([]);
    expect(fixText(text)).toBe(text);
  });

  test('of any text are gone after one repair, and a second changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, two) => {
        const fixed = fixText(`${one}\ud83d${two}`);
        expect(fixed.isWellFormed()).toBe(true);
        expect(fixText(fixed)).toBe(fixed);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an answer that ends in the middle', () => {
  test.each([
    'Here is the code:\n\n```python\ndef area(width):\n    return width *',
    'The next one is larger and the',
    'We chose the second way, which is why',
    'It was late because of the heavy rain, so they stayed (for exam',
    'We have to leave early in order to',
    'There are several ways to do it, for example by rail, by road,',
    'Sie können den Antrag online stellen und',
    'Le musée est fermé le lundi et les',
    'El tren sale de la estación a las ocho y llega a la ciudad de los',
    'Paris is large. Many people visit Paris each year, and most of them come by train. They all like Par',
    '这个城市有很多公园和博物馆，人们周末喜欢去那里，',
    'Both ways are fine. For old machines it is important to',
    'Le musée est grand. Il faut aussi noter que les',
    'El museo es grande. También es importante que el',
    'Das Haus ist alt. Es liegt sehr schön und wird durch den',
    'Do this:\n\n1. Open it.\n2. Close it.\n3.',
  ])('%j', (text) => expect(codes(answer(text))).toEqual(['truncated-answer']));

  test.each([
    'Thanks for asking. I am fine and hope you are too',
    'Milk\nBread\nThe usual',
    '```js\nconst a = 1;\n```\nThat is all',
    '```\na\n```\n\n```\nb\n```',
    'Use ```inline``` marks',
    '````md\n```js\n```\n````',
    'Dear Anna,\n\nthank you.\n\nWith kind regards,\nTom',
    'C’est le but',
    'Rufen Sie uns an',
    'The chemical symbol of gold in French is or',
    'foo(bar, baz) {\n  if (x',
    'Roses are red,\nviolets are blue,',
    'That is what I was looking for',
    'It rained. Then the show began and it was time for us to go to',
    'Es war spät. Dann ging es aber doch noch einmal richtig los',
    'Chapter\n\n3.',
    'It was founded in 1999.\n2.',
    '1. Yes\n2. No',
  ])('is not %j', (text) => expect(codes(answer(text))).toEqual([]));
});

describe('a hostile text of a megabyte is read in a moment', () => {
  const fill = (part: string) => part.repeat(Math.ceil(1_000_000 / part.length));
  test.each([
    ['letters that end nowhere', `${fill('a')}. ${fill('b')}1abc`],
    ['a pair around half marks', `<s>${fill('</s>')}`],
    ['half marks before a pair', `${fill('</s>')}<s>`],
    ['marks within marks', `${fill('<|ab')}<|xx|>${fill('cd|>')}`],
    ['spaces', `${fill(' ')}x`],
    ['fences', fill('```\n')],
    ['open brackets', `${fill(' (')}abc`],
    ['escape sequences', fill('\u001b[1')],
    ['first bytes', fill('Ã')],
    ['sequences', fill('Ã©')],
    ['sequences of three', fill('é\u00a0»')],
    ['halves of characters', fill('\ud83d ')],
    ['words', `${fill('word, ')}and the`],
  ])('%s', (_, text) => {
    const started = process.cpuUsage();
    qualityProblems(answer(text));
    fixText(text);
    removeTemplateTokens(text);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(2000);
  });
});

test('A problem says where it stands and shows what is around it', () => {
  const turns: Turn[] = [
    { role: 'user', content: 'a', learnt: false },
    { role: 'assistant', content: `${'x'.repeat(500)}<|im_end|>${'y'.repeat(500)}`, learnt: true },
  ];
  expect(qualityProblems(turns)).toEqual([
    {
      code: 'template-token',
      path: 'messages.1.content',
      found: `${'x'.repeat(30)}<|im_end|>${'y'.repeat(50)}`,
    },
  ]);
  expect(qualityProblems(turns, { format: 'prompt-completion' })[0]?.path).toBe('completion');
});
