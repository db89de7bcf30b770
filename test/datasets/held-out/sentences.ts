/** Sentences put together from clauses of one language, and English of so many words that no run of three is common. */
import type { Chance } from './chance.ts';
import { LANGUAGES } from './languages.ts';

export const LANGUAGE_NAMES = Object.keys(LANGUAGES);

export function sentence(c: Chance, language: string): string {
  const { open, subject, verb, tail, end, gap } = LANGUAGES[language]!;
  const two = gap === '' ? c.of(['，而', '，']) : c.of([', ', ' – ', '; ']);
  const clause = () => [c.of(subject), c.of(verb), c.of(tail)].join(gap);
  return c() < 0.5
    ? `${c.of(open)}${gap}${clause()}${end}`
    : `${c.of(open)}${gap}${clause()}${two}${clause()}${end}`;
}
export const sentences = (c: Chance, language: string, n: number): string =>
  Array.from({ length: n }, () => sentence(c, language)).join(LANGUAGES[language]!.gap);

const list = (words: string) => words.split(' ');
const ADJECTIVES = list(
  'amber ancient bitter blunt brave brittle broad bronze calm careful clever coarse cold crooked curious damp distant dry dusty eager early empty even faded faint famous fierce fresh frozen gentle gilded grey hasty heavy hollow honest humble idle jagged keen late lively lonely loose loud mild modern narrow neat nervous noisy odd pale patient plain polished proud quick quiet rapid rare rough rusty salty scarce sharp shy silent silver slender slow smooth soft solemn sour spare steep stern sturdy sudden sunny swift tall tame tender thick thin tidy tiny tired uneven vague vast violet warm weary wide wild wooden worn young',
);
const NOUNS = list(
  'acorn actor anchor apple attic axle badge bakery balcony banjo barn basket beach beacon bell bench bicycle blanket boat book bottle bowl branch brick bridge broom brush bucket button cabin cable camera candle canoe carpet castle cellar chair chapel chimney clock cloud coat compass corridor cottage cupboard curtain dancer desk diary doctor door drawer drum engine envelope factory farmer fence ferry field flute forest fountain garden gate glove gravel guitar hammer harvest hedge helmet hill horse hotel island jacket jar kettle key kitchen kite ladder lake lamp letter library lizard market meadow melon mill mirror monk mountain museum needle notebook oak orchard orchestra oven owl paddle painter parcel path pencil piano pigeon pillow pilot pocket pond potter quilt rabbit radio railway raven ribbon river road robin roof rope sailor sandwich saddle school shed shelf shepherd shoe singer sketch soup spoon stable stamp stove street surgeon swan table tailor teapot tent theatre ticket tower tractor train trumpet tunnel turtle umbrella valley vase village violin wagon wall warden watch waterfall whistle window winter workshop writer yard',
);
const VERBS = list(
  'admires avoids bends blames borrows breaks bruises builds buries carries catches cleans climbs collects copies counts covers crosses describes draws drops empties examines fills finds fixes follows forgets greets guards hears hides holds ignores joins keeps kicks leads lifts likes lowers marks measures mends misses moves needs notices offers opens orders packs paints passes pays photographs picks polishes presses protects pulls pushes questions raises reads recalls remembers repairs replaces rescues rinses scrapes sees sells sends shakes shares shows sketches sorts spills steers studies sweeps thanks ties touches trades trims trusts turns uses visits wants washes watches weighs wins wraps',
);
const PLACES = list(
  'above across after against along among around before behind below beneath beside between beyond inside near opposite outside past through toward under without',
);
const THINGS = (c: Chance) =>
  `${c.of(['the', 'a', 'this', 'every', 'her', 'our'])} ${c.of(ADJECTIVES)} ${c.of(NOUNS)}`;

/** Of 88,000 pairs of adjective and noun after six articles: in 30,000 rows no run of words is a template's. */
export const richSentences = (c: Chance, n: number): string =>
  Array.from({ length: n }, () => {
    const said = `${THINGS(c)} ${c.of(VERBS)} ${THINGS(c)} ${c.of(PLACES)} ${THINGS(c)}`;
    const whole =
      c() < 0.5
        ? said
        : `${said}, ${c.of(['and', 'but', 'so', 'while'])} ${THINGS(c)} ${c.of(VERBS)} ${THINGS(c)}`;
    return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}.`;
  }).join(' ');
