/** Answers that are a boilerplate refusal, in the languages in which models were trained to refuse. */

/** Longer answers explain, warn or help all the same: they are not boilerplate. Chinese says as much in 100 signs. */
const LONGEST_REFUSAL = 400;
const LONGEST_CHINESE_REFUSAL = 100;

const sorry =
  "(?:(?:i['’]m|i am) (?:really |very |so |truly |terribly |deeply )?(?:sorry|afraid)|sorry|(?:i|we) apologi[sz]e(?: for [^.,]{1,40})?|my apologies|apologies|unfortunately|regrettably)";
const cannot =
  "i(?:['’]m| am)? (?:really |simply |just )?(?:can(?:not|['’]t| not)(?: be able to)?|unable to|not able to|won['’]t(?: be able to)?|will not(?: be able to)?|must decline to|have to decline to|not (?:programmed|designed|allowed|permitted) to|cannot in good conscience)";
const asked =
  '(?:assist|help(?: you)?(?: with| out|[.!]|$)|fulfil|comply|engage in|participate in|respond to (?:that|this|your)|answer (?:that|this|your|such)|(?:continue|discuss) (?:this|that|such|with)|provide (?:you )?(?:with )?(?:that|this|any|such|information|instructions|guidance|assistance|advice|support|medical|legal|financial|details)|(?:generate|create|write|produce|share|offer|give|complete|support|do|say|repeat|process) (?:that|this|such|any|content|explicit|harmful))';
const machine =
  '(?:(?:large )?language model|llm|(?:ai|artificial intelligence)(?: (?:language )?(?:model|assistant|system|chatbot|program|bot))?|(?:virtual|digital) assistant|chatbot|machine learning model)(?: (?:developed|created|trained|made) by [^.,]{1,30})?';
const lacks =
  "(?:cannot|can['’]t|can not|do not|don['’]t|am not|['’]m not|unable|not able|won['’]t|will not|have no|lack)";

const ENGLISH = [
  `(?:${sorry}[,.:;!—–-]*\\s+(?:but\\s+)?(?:that\\s+)?)?${cannot} (?:\\w+ly )?${asked}`,
  `(?:${sorry}[,.:;!—–-]*\\s+(?:but\\s+)?)?(?:as|being) an? (?:[\\w-]+ )?${machine},? [^.!?]{0,160}?${lacks}`,
  `(?:${sorry}[,.:;!—–-]*\\s+(?:but\\s+)?)?i(?:['’]m| am) (?:just |only )?an? ${machine}[^!?]{0,120}?${lacks}`,
  "i (?:do not|don['’]t) (?:have|possess) (?:any )?(?:personal )?(?:opinions|feelings|emotions|beliefs|preferences|consciousness)",
];
const GERMAN = [
  '(?:es tut mir (?:sehr |wirklich )?leid|tut mir leid|entschuldigung|leider|ich bedaure)[,.:]?\\s+(?:aber\\s+)?(?:ich (?:kann|darf|bin|werde)|[^.!?]{0,30}?\\b(?:kann|darf|bin|werde) ich)\\b[^.!?]{0,60}?\\b(?:nicht|keine?n?)\\b[^.!?]{0,60}(?:(?:dabei|damit|anfrage|bitte|frage|wunsch|informationen|inhalte)\\b|in der lage)',
  '(?:es tut mir leid|tut mir leid|leider)[,.:]?\\s+(?:aber\\s+)?[^.!?]{0,20}?(?:dabei|damit|(?:diese|ihre|deine)[rn]? (?:anfrage|bitte|frage))[^.!?]{0,50}?\\bnicht\\b (?:weiter)?(?:helfen|unterstützen|behilflich|nachkommen|beantworten)',
  'ich kann (?:ihnen |dir )?(?:dabei|damit|bei dieser (?:anfrage|bitte)) (?:leider )?nicht (?:weiter)?(?:helfen|behilflich)',
  '(?:(?:es tut mir leid|tut mir leid|leider)[,.:]?\\s+(?:aber\\s+)?)?(?:ich (?:kann|darf|werde)|(?:das|dies|diese (?:frage|anfrage)) (?:kann|darf|werde) ich|kann ich) (?:ihnen |dir )?(?:das|dies|(?:diese[rn]?|ihre[rn]?|deine[rn]?) (?:anfrage|bitte|frage|wunsch))?\\s?(?:leider )?nicht (?:beantworten|erfüllen|bearbeiten|nachkommen|ausführen)\\b',
  'ich bin (?:leider )?nicht in der lage,? (?:ihnen |dir )?(?:dabei|damit|darauf|(?:diese|ihre|deine|solche|medizinische|rechtliche)[nr]? (?:art|informationen|inhalte|frage|anfrage|bitte|ratschläge|beratung))\\b',
  'als (?:ein |eine )?(?:(?:großes )?sprachmodell|künstliche intelligenz|ki(?:-(?:sprach)?(?:modell|assistent(?:in)?|system|chatbot))?)[, ][^.!?]{0,160}?\\b(?:nicht|keine?n?)\\b',
];
const FRENCH = [
  "(?:(?:je suis (?:vraiment |sincèrement )?)?désolée?|je m['’]excuse|malheureusement|je regrette)[,.:]?\\s+(?:mais\\s+)?je (?:ne (?:peux|suis|puis)|n['’])[^.!?]{0,40}?(?:répondre à (?:cette|votre|ta)|(?:vous |t['’])aider (?:avec|à|sur|dans)|aider (?:avec|à) (?:cela|ça|cette)|(?:vous )?fournir (?:ce|cette|ces|d)|satisfaire|traiter (?:cette|votre)|en mesure d|accéder à (?:cette|votre) demande|générer|assister)",
  "je ne (?:peux|suis|puis) pas (?:en mesure de )?(?:répondre à (?:cette|votre|ta) (?:demande|question)|(?:vous |t['’])?aider (?:avec|à) (?:cela|ça|cette)|(?:vous )?fournir (?:ces|cette|de telles|ce type d['’e] ?) ?(?:informations?|contenus?|conseils?|détails?|aide|instructions?)|(?:satisfaire(?: à)?|traiter) (?:cette|votre|ta) (?:demande|requête))",
  "en tant qu(?:e |['’])(?:un |une )?(?:(?:grand )?modèle (?:de langage|linguistique|d['’]ia)|intelligence artificielle|ia|assistante? (?:virtuelle?|ia))[, ][^.!?]{0,160}?\\bn(?:e |['’])[^.!?]{0,60}?(?:pas|aucune?|ni)\\b",
];
const SPANISH = [
  '(?:lo siento(?: mucho)?|lo lamento|disculpa|disculpe|perdón|desafortunadamente|lamentablemente)[,.:]?\\s+(?:pero\\s+)?no (?:puedo|me es posible|soy capaz de|estoy (?:autorizad|programad|capacitad)[oa])[^.!?]{0,40}?(?:ayudar(?:te|le|los)? (?:con|en)|asistir|cumplir|proporcionar|responder a (?:esa|esta|tu|su)|generar|brindar|ofrecer)',
  '(?:me temo que |por desgracia,? )?no (?:puedo|me es posible) (?:ayudar(?:te|le|los)? (?:con|en) (?:eso|esto|es[ae]|est[ae]|(?:tu|su) (?:solicitud|petición|consulta|pregunta))|(?:cumplir|responder a) (?:con )?(?:es[ae]|est[ae]|tu|su)|(?:proporcionar|brindar|ofrecer|facilitar|generar)(?:te|le)? (?:es[ae]|est[ae])(?: tipo de)? (?:información|contenidos?|asesoramiento|instrucciones|ayuda|detalles))',
  'como (?:un |una )?(?:(?:gran )?modelo de (?:lenguaje|ia)|inteligencia artificial|ia|asistente (?:virtual|de ia))[, ][^.!?]{0,160}?\\bno\\b',
];
const CHINESE = [
  '(?:非常|很)?(?:抱歉|对不起)[，,。]?[^。]{0,12}?(?:无法|不能)(?:提供|回答|帮助|协助|满足|完成|生成)',
  '我(?:无法|不能)(?:提供|回答|帮助|协助|满足|完成|生成|处理)[^。]{0,10}?(?:这个|此|该|您的|你的|这类|这样的|相关)(?:请求|问题|要求|内容|信息)',
  '作为(?:一个|一名|一款)?(?:ai|人工智能)(?:语言)?(?:模型|助手)?[，, ][^。]{0,60}?(?:无法|不能|没有)',
];

const REFUSAL = new RegExp(
  `^\\s*["“'«]?(?:${[...ENGLISH, ...GERMAN, ...FRENCH, ...SPANISH, ...CHINESE].join('|')})`,
  'i',
);

/** How one of them begins, in small letters; `désolé` and Chinese begin beyond ASCII. */
const BEGINNINGS = new Set(
  [
    "i'|i |so|we|my|ap|un|re|as|be",
    'es|tu|en|le|ic|da|di|ka|al',
    'je|ma',
    'lo|di|pe|de|la|me|po|no|co',
  ].flatMap((pairs) => pairs.split('|')),
);
const [LETTER_A, LETTER_Z, TO_SMALL] = [0x61, 0x7a, 0x20];

/**
 * Whether an answer of so many UTF-16 units that begins with these two bytes may be a refusal, and has to be read. What
 * begins with no letter of ASCII may: a quotation mark, Chinese.
 */
export function mayBeRefusal(units: number, first: number, second: number): boolean {
  if (units > LONGEST_REFUSAL) return false;
  const small = first | TO_SMALL;
  if (small < LETTER_A || small > LETTER_Z || second > LETTER_Z) return true;
  return BEGINS[((small - LETTER_A) << 7) | second] === 1;
}

/** Pairs of a letter and the byte behind it, in either case. */
const BEGINS = new Uint8Array(26 << 7);
for (const [first = '', second = ''] of BEGINNINGS) {
  for (const next of [second, second.toUpperCase()]) {
    BEGINS[((first.charCodeAt(0) - LETTER_A) << 7) | next.charCodeAt(0)] = 1;
  }
}

/** Whether an answer is nothing but a refusal. */
export function isRefusal(answer: string): boolean {
  if (answer.length > LONGEST_REFUSAL || !REFUSAL.test(answer)) return false;
  return answer.length <= LONGEST_CHINESE_REFUSAL || !/\p{Script=Han}/u.test(answer);
}
