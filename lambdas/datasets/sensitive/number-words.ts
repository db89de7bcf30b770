/** Words in front of a number that say what it is. A number alone says little; all of these are read in 60 characters. */
const BEFORE = 60;

export const wordsBefore = (text: string, at: number): string => text.slice(Math.max(0, at - BEFORE), at);

/** Numbers of things: orders, books, logs, hashes. */
const OF_A_THING =
  /(?:order|invoice|ticket|tracking|isbn|issn|doi|ean|gtin|upc|sku|asin|serial|imei|imsi|iccid|vin|uuid|guid|hash|checksum|sha\d*|md5|crc|commit|build|version|rev(?:ision)?|patent|transaction|txn|trace|span|request|session|message|event|process|thread|pid|uid|gid|port|timestamp|epoch|unix ?time|time|nanos|offset|size|bytes|length|seed|parcel|shipment|batch|lot|model|part|case|article|item|product|customer|member|job|run|task|node|block|row|line|page|figure|score|value|result|total|sum|count|population|distance|amount|price|[$€£¥])[\s_-]{0,2}(?:id|number|num|no|nr|code|hash|key|ref)?["'`)\]]{0,2}[.:]?\s{0,3}(?:=|:|is|was|of|#|№|\(|["'`]|-|→|=>|@|\s){0,6}$|(?:_id|[a-z]Id|"id|\bid=|[#№])["'`]{0,2}\s{0,2}[:=]?\s{0,2}["'`]{0,2}$/i;
export const isOfAThing = (before: string): boolean => OF_A_THING.test(before);

/** An operand is not somebody's number. */
const OPERATOR_BEFORE =
  /[\d)\w]\s{0,2}[+*/×÷^=<>≈%−]\s{0,2}[($]?$|[+*/×÷^<>≈%]\s?$|[$€£¥]\s?$|\\[a-z]+\{?$|\w\(["']?$/;
const OPERATOR_AFTER =
  /^\s{0,2}(?:[+*×÷^=<>≈%€$£¥]|[-−/] |\)\s?[+*/^]|(?:bytes|ms|ns|µs|km|kg|usd|eur|dollars|euros|people|items|times|rows|tokens|users|votes)\b)/i;
export const isOperand = (text: string, from: number, to: number): boolean =>
  OPERATOR_BEFORE.test(text.slice(Math.max(0, from - 8), from)) ||
  OPERATOR_AFTER.test(text.slice(to, to + 10));

/** Words for telephones and calling, in the languages most data is written in. */
const PHONE = new RegExp(
  [
    String.raw`(?<![a-z])(?:call(?:ing|ed)?|phone|telephone|mobile|landline|whats ?app|viber|text (?:me|us|him|her|them)|reach(?:ed|able)?|contact|hotline|voicemail|my (?:new )?number|(?:tel|mob|cell(?:phone)?|fax|sms|dial|ring)(?![a-z]))`,
    String.raw`(?<!\p{L})(?:telefon\p{L}{0,8}|handy\p{L}{0,8}|mobil\p{L}{0,8}|festnetz\p{L}{0,8}|rufnummer|rückruf|rufen sie|ruf mich|anrufen|meine nummer|angerufen|erreich\p{L}{0,5}|durchwahl)`,
    String.raw`(?<!\p{L})(?:téléphon\p{L}{0,5}|tél(?!\p{L})|portable|appele[rz]|rappele[rz]|appelle|joi(?:ndre|gn\p{L}{0,4})|mon numéro)`,
    String.raw`(?<!\p{L})(?:tel[eé]fono|m[oó]vil|celular|mi número|ll[aá]m\p{L}{0,6}|cellulare|chiam\p{L}{0,5}|il mio numero|meu número|telem[oó]vel|telefone|fone|ligue|ligar|liga-me|contacto|contato|contatt\p{L}{0,4})`,
    String.raw`(?<!\p{L})(?:telefoon\p{L}{0,8}|mobiel|bel (?:me|mij|ons|op|naar)|bellen|mijn nummer|gsm(?!\p{L})|mitt nummer|puhelin\p{L}{0,6}|soita|mój numer|kom[oó]rk\p{L}{0,3}|zadzwo\p{L}{0,4}|dzwo\p{L}{0,4}|zavol\p{L}{0,4}|hívj\p{L}{0,3}|sunați|sună-mă|numaram|cep(?:ten|im)?(?!\p{L})|arayın|gọi|điện thoại|sđt|hubungi|no\.? ?hp|nomor hp)`,
    'телефон\\p{L}{0,4}|тел|моб|звон\\p{L}{0,5}|позвон\\p{L}{0,5}|мой номер|дзвон\\p{L}{0,5}|τηλέφωνο|τηλ|κινητό|电话|手机|致电|联系|電話|携帯|手機|連絡|전화|휴대폰|연락|फ़ोन|फोन|मोबाइल|कॉल|संपर्क|هاتف|جوال|اتصل|موبايل|تلفن|טלפון|נייד|โทร|เบอร์',
  ].join('|'),
  'giu',
);
/** Between the word and the number stand a few small words, never another number or the end of a sentence. */
const LINK = /^[^\d\n;!?]{0,28}$/u;
/** "3 calls", "call 2000000 times": no more than these may follow a word at once. */
export function isCalled(before: string): boolean {
  let near = false;
  for (const word of before.matchAll(PHONE)) {
    const link = before.slice(word.index + word[0].length);
    near = LINK.test(link) && !/[.!?…] \p{Lu}/u.test(link);
  }
  return near;
}

/** Words for an identity, tax, insurance or personal number, in the languages of the numbers looked for. */
const IDENTITY = new RegExp(
  [
    String.raw`(?<![a-z])(?:ssn|social sec\w*|social insurance|national[ _-]?(?:id\w*|insurance|number)|ni (?:no|number)|nino|nhs|identity[ _-]?(?:card|number|no|code|document)|identification|(?<!_)id[ _-]?(?:card|number|no|nr)|personal[ _-]?(?:id\w*|number|code)|citizen\w*|resident\w*|tax(?:payer)?[ _-]?(?:id\w*|number|no|file)|tfn|itin|medicare|ppsn|nric|hkid|aadhaa?r|uidai|pan (?:card|number|no)|my number)`,
    String.raw`(?<!\p{L})(?:steuer\p{L}*|steuer-?id\p{L}*|idnr|identifikations\p{L}*|sozialversicherung\p{L}*|ausweis\p{L}*|personal\p{L}*nummer|sécurité sociale|numéro fiscal|c[eé]dula|identidad|identidade|codice fiscale|cod\. ?fisc\w*|burgerservice\p{L}*|sofi-?n\p{L}*|rijksregister\p{L}*|registre national|(?:ahv|avs|sécu|insee|cuit|cuil|cpf|curp|bsn|niss|insz)(?!\p{L}))`,
    String.raw`(?<!\p{L})(?:person-?nummer|personnr|samordningsnummer|cpr(?:-nr|-nummer)?(?!\p{L})|fødsels\p{L}*|fnr(?!\p{L})|henkilötunnus|kennitala|isikukood|asmens kod\p{L}*|personas kod\p{L}*|pesel|rodné číslo|rodne cislo|cod numeric personal|jmbg|emšo|егн|amka|αμκα|afm|αφμ|adóazonosító|kimlik|(?:ktp|cccd|cmnd)(?!\p{L})|căn cước|mykad|ic (?:no|number))`,
    '身份证|身分證|身份證|个人番号|個人番号|マイナンバー|주민등록|주민번호|आधार|(?<!\\p{L})инн(?!\\p{L})|снилс|паспорт|ІПН|תעודת זהות|ת\\.ז|הזהות|هوية|الهوية|الرقم القومي|کد ملی|บัตรประชาชน|ประจำตัว',
  ].join('|'),
  'iu',
);
/** Short ones that are words of a language, or a function of mathematics, in small letters. */
const IDENTITY_CAPITALS =
  /(?<![A-Za-z])(?:DNI|SIN|FIN|PAN|RUN|RUT|TIN|PPS|NIK|HETU|NIR|NIF|NIE|CNP|OIB|EGN|TAJ|T\.C\.|NSS)(?![A-Za-z])/;
export const isIdentity = (around: string): boolean =>
  IDENTITY.test(around) || IDENTITY_CAPITALS.test(around);
