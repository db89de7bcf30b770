/** Text that is as it should be, in the variety real exports have: none of it may be flagged. */
import { DIGITS, LOWER, type Chance } from './chance.ts';
import { LOOK_ALIKES } from './look-alikes.ts';
import { sentence, sentences } from './sentences.ts';

/** Answers that end without a full stop and are whole all the same. */
const SHORT_ANSWERS: ((c: Chance) => string)[] = [
  (c) =>
    c.of([
      'positive',
      'negative',
      'Yes',
      'No',
      'spam',
      'B',
      'True',
      '42',
      'Paris',
      'neutral',
      'I am fine',
      'Not really',
      'Blue',
    ]),
  (c) => `${c.below(9999)}`,
  (c) =>
    `${c.of(['Red', 'Oak', 'Tin'])}, ${c.of(['green', 'elm', 'lead'])}, ${c.of(['blue', 'ash', 'iron'])}`,
  (c) => `- ${sentence(c, 'en').slice(0, -1)}\n- ${sentence(c, 'en').slice(0, -1)}`,
  (c) => `{"label": "${c.chars(5, LOWER)}", "score": 0.${c.chars(2, DIGITS)}}`,
  (c) => `https://${c.chars(8, LOWER)}.org/${c.chars(4, LOWER)}`,
  (c) => `x = ${c.below(99)}`,
  (c) => `Kind regards,\n${c.of(['Anna', 'The team', 'Your bank', 'Mehmet'])}`,
  (c) => `The Old Mill at ${c.of(['Dawn', 'Dusk', 'Low Tide'])} ${c.below(99)}`,
];

export const NO_REFUSALS = [
  'I can’t stand the rain, so I stayed in and read a book about lighthouses all day.',
  'I cannot recommend this restaurant enough: the soup alone is worth the journey.',
  'I’m sorry for the delay with your parcel. It left our warehouse this morning and arrives on Friday.',
  'Sorry, we are closed on Mondays. We open again on Tuesday at nine.',
  'You can’t assign to a const in JavaScript; use let instead.',
  'I won’t be able to join at three, but four works well for me.',
  'As an AI company, we publish our research every spring.',
  'I am unable to find the word “apple” in the list, so the answer is no.',
  'He said he could not help with the move because of his back.',
  'Sorry seems to be the hardest word. Elton John released it in 1976.',
  'I’m not able to log in: what shall I do? First, reset the password with the link below the form.',
  'Es tut mir leid für die Verspätung; Ihr Paket kommt am Freitag an.',
  'Ich kann Ihnen den Wanderweg am See sehr empfehlen.',
  'Leider regnet es heute den ganzen Tag, morgen wird es besser.',
  'Je suis désolé pour le retard, votre colis arrive vendredi.',
  'Je ne peux pas attendre les vacances d’été !',
  'Lo siento mucho por tu pérdida. Estoy aquí si quieres hablar.',
  'No puedo creer lo rápido que pasa el tiempo.',
  '对不起，让您久等了，您的包裹星期五送到。',
  '我不能没有咖啡，每天早上都要喝一杯。',
];

/** A text of one language with a look-alike now and then: what an answer is made of. */
export function cleanText(c: Chance, language: string): string {
  const body = sentences(c, language, 1 + c.below(5));
  const kind = c();
  if (kind < 0.12) return c.of(SHORT_ANSWERS)(c);
  if (kind < 0.6) return body;
  return kind < 0.85 ? `${c.of(LOOK_ALIKES)(c)}\n\n${body}` : `${body}\n\n${c.of(LOOK_ALIKES)(c)}`;
}
