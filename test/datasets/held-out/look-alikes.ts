/** What looks like a secret, personal data or a defect and is none. */
import { DIGITS, HEX, LOWER, UPPER, WORD, type Chance } from './chance.ts';
import { isLuhn } from './digits.ts';

const ean13 = (twelve: string) => {
  const sum = [...twelve].reduce((s, d, i) => s + +d * (i % 2 ? 3 : 1), 0);
  return twelve + ((10 - (sum % 10)) % 10);
};
/** Sixteen digits in groups that fail the check sum of cards. */
const notACard = (c: Chance): string => {
  for (;;) {
    const digits = c.chars(16, DIGITS);
    if (!isLuhn(digits)) return digits;
  }
};
const uuid = (c: Chance) =>
  `${c.chars(8, HEX)}-${c.chars(4, HEX)}-4${c.chars(3, HEX)}-a${c.chars(3, HEX)}-${c.chars(12, HEX)}`;
const two = (n: number) => String(n).padStart(2, '0');
const day = (c: Chance) => `20${two(c.below(26))}-${two(1 + c.below(12))}-${two(1 + c.below(28))}`;
const version = (c: Chance) => `${c.below(20)}.${c.below(60)}.${c.below(300)}`;
const base64 = (c: Chance, n: number) => c.chars(n, `${WORD}+/`);
const decimal = (c: Chance) => `${c.below(180)}.${c.chars(2 + c.below(6), DIGITS)}`;

export const LOOK_ALIKES: ((c: Chance) => string)[] = [
  (c) => `Request id: ${uuid(c)}`,
  (c) => `It was fixed in commit ${c.chars(40, HEX)}.`,
  (c) => `See commit ${c.chars(7, HEX)} and ${c.chars(12, HEX)}.`,
  (c) => `sha256:${c.chars(64, HEX)}`,
  (c) => `MD5 (disk.iso) = ${c.chars(32, HEX)}`,
  (c) => `"integrity": "sha512-${base64(c, 86)}=="`,
  (c) => `Upgrade from ${version(c)} to ${version(c)}-rc.${c.below(9)}.`,
  (c) => `Order #${c.chars(4, DIGITS)}-${c.chars(4, DIGITS)}-${c.chars(4, DIGITS)} has shipped.`,
  (c) => `Bestellnummer ${c.chars(10, DIGITS)}, Kundennummer ${c.chars(8, DIGITS)}.`,
  (c) => `Tracking number: ${notACard(c).replace(/(.{4})(?=.)/g, '$1 ')}`,
  (c) => `Invoice ${day(c).slice(0, 4)}-${c.chars(6, DIGITS)}-${c.chars(2, DIGITS)} is due on ${day(c)}.`,
  (c) => `Tracking 1Z${c.chars(16, DIGITS + UPPER)}`,
  (c) =>
    `${day(c)} ${two(c.below(24))}:${two(c.below(60))}:${two(c.below(60))},${c.chars(3, DIGITS)} INFO started`,
  (c) => `${day(c)}T${two(c.below(24))}:${two(c.below(60))}:${two(c.below(60))}.${c.chars(3, DIGITS)}Z`,
  (c) =>
    `${two(1 + c.below(28))}/${two(1 + c.below(12))}/19${c.chars(2, DIGITS)} – ${two(1 + c.below(28))}.${two(1 + c.below(12))}.2019`,
  (c) => `The station lies at ${decimal(c)}, -${decimal(c)}.`,
  (c) => `${c.below(90)}° ${c.below(60)}′ ${c.below(60)}″ N, ${c.below(180)}° ${c.below(60)}′ E`,
  (c) => {
    const isbn = ean13(`978${c.chars(9, DIGITS)}`);
    return `ISBN ${isbn.slice(0, 3)}-${isbn[3]}-${isbn.slice(4, 8)}-${isbn.slice(8, 12)}-${isbn[12]}`;
  },
  (c) => `ISBN-13: ${ean13(`978${c.chars(9, DIGITS)}`)}`,
  (c) => `EAN ${ean13(`40${c.chars(10, DIGITS)}`)}`,
  (c) => `doi:10.${c.chars(4, DIGITS)}/j.${c.chars(5, LOWER)}.${2000 + c.below(25)}.${c.chars(6, DIGITS)}`,
  (c) => `arXiv:${c.chars(4, DIGITS)}.${c.chars(5, DIGITS)}v${1 + c.below(4)}`,
  (c) => `![plot](data:image/png;base64,iVBORw0KGgo${base64(c, 400)}==)`,
  (c) => `The host answers on 10.${c.below(255)}.${c.below(255)}.${c.below(255)}:${1024 + c.below(60000)}.`,
  (c) => `2001:db8:${c.chars(4, HEX)}::${c.chars(4, HEX)}:${c.chars(4, HEX)}`,
  (c) => `MAC ${Array.from({ length: 6 }, () => c.chars(2, HEX)).join(':')}`,
  (c) => `git clone git@github.com:${c.chars(6, LOWER)}/${c.chars(8, LOWER)}.git`,
  (c) => `scp report.csv deploy@web-${c.below(90)}:/var/www/${c.chars(5, LOWER)}`,
  (c) => `npm i @types/node@${version(c)} react@${version(c)} @scope/${c.chars(5, LOWER)}@latest`,
  (c) => `uses: actions/checkout@v${1 + c.below(5)}`,
  (c) => `systemctl restart getty@tty${c.below(9)}.service`,
  (c) => `<img src="logo-${c.chars(3, LOWER)}@2x.png" width="${c.below(900)}">`,
  (c) => `docker pull ghcr.io/${c.chars(5, LOWER)}/api@sha256:${c.chars(64, HEX)}`,
  (c) => `@app.route("/items/${c.chars(4, LOWER)}")\n@login_required\ndef show_${c.chars(5, LOWER)}(): ...`,
  (c) => `@Component({ selector: 'app-${c.chars(5, LOWER)}' })\nexport class Page${c.below(999)} {}`,
  (c) => `y = (W_${c.below(9)}@x.T + b).reshape(-1, ${c.below(512)})`,
  (c) =>
    `2^64 = 18446744073709551616 and ${c.chars(1, '123456789')}${c.chars(24 + c.below(20), DIGITS)} is larger.`,
  (c) => `π ≈ 3.14159265358979323846, our run gave 3.${c.chars(18, DIGITS)}`,
  (c) =>
    `{"ts": 17${c.chars(8, DIGITS)}, "ts_ms": 17${c.chars(11, DIGITS)}, "id": ${c.chars(9, '123456789')}}`,
  (c) =>
    `| part | price | stock |\n|---|---:|---:|\n| ${c.chars(4, UPPER)}-${c.chars(4, DIGITS)} | ${c.below(900)}.${c.chars(2, DIGITS)} | ${c.below(9000)} |\n| ${c.chars(4, UPPER)}-${c.chars(4, DIGITS)} | 1 ${c.chars(3, DIGITS)},50 € | ${c.below(90)} |`,
  (c) => `$$\\int_0^{${c.below(9)}} x^{${c.below(9)}}\\,dx = \\frac{${c.below(99)}}{${1 + c.below(99)}}$$`,
  (c) =>
    `SELECT id, email FROM users WHERE phone IS NOT NULL AND id > ${c.chars(8, '123456789')} LIMIT ${c.below(99)};`,
  (c) =>
    `https://docs.${c.chars(6, LOWER)}.io/v${c.below(9)}/guide?id=${c.chars(11, WORD)}&t=${c.chars(4, DIGITS)}s#part-${c.below(9)}`,
  (c) => `https://www.youtube.com/watch?v=${c.chars(11, WORD)}`,
  (c) => `https://medium.com/@${c.chars(7, LOWER)}/a-story-${c.chars(12, HEX)}`,
  (c) => `ISO 9001:2015, EN 10025-2:2019, RFC ${c.chars(4, DIGITS)}, DIN 476-${c.below(9)}`,
  (c) => `VIN 1HGCM82633A${c.chars(6, DIGITS)}, IMEI 35${c.chars(12, DIGITS)}`,
  (c) => `export OPENAI_API_KEY=your-api-key-here\nexport REGION=eu-${c.chars(4, LOWER)}-1`,
  (c) => `const key = process.env.STRIPE_SECRET_KEY ?? config.get('${c.chars(6, LOWER)}.key');`,
  (c) => `api_key: <YOUR_API_KEY>\nmodel: ${c.chars(5, LOWER)}-${c.below(99)}b`,
  (c) => `Authorization: Bearer $TOKEN\nX-Trace: ${c.chars(16, HEX)}`,
  (c) => `postgres://$DB_USER:$DB_PASSWORD@db.internal:5432/${c.chars(6, LOWER)}`,
  (c) => `password = getpass("Password for ${c.chars(5, LOWER)}: ")`,
  (c) => `-----BEGIN PUBLIC KEY-----\n${base64(c, 64)}\n${base64(c, 64)}\n-----END PUBLIC KEY-----`,
  (c) => `-----BEGIN CERTIFICATE-----\nMII${base64(c, 61)}\n-----END CERTIFICATE-----`,
  (c) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${base64(c, 43)}`,
  (c) => `use the tokens sk-... or hf_... here, e.g. sk-${'x'.repeat(20 + c.below(20))}`,
  (c) => `Pods: web-${c.chars(10, HEX)}-${c.chars(5, LOWER)} Running ${c.below(9)}h`,
  (c) =>
    `s3://bucket-${c.chars(5, LOWER)}/${day(c)}/part-${c.chars(5, DIGITS)}-${uuid(c)}.c000.snappy.parquet`,
  (c) => `arn:aws:iam::${c.chars(12, DIGITS)}:role/${c.chars(8, LOWER)}`,
  (c) => `ACGTTGCA${c.chars(60, 'ACGT')}`,
  (c) =>
    `Flight LH${c.chars(3, DIGITS)} departs at ${two(c.below(24))}:${two(c.below(60))}, seat ${c.below(40)}C, gate B${c.below(50)}.`,
  (c) =>
    `Area: ${c.below(999)},${c.chars(3, DIGITS)},${c.chars(3, DIGITS)} km², ${decimal(c)} % of ${c.chars(1, '12345')} ${c.chars(3, DIGITS)} ${c.chars(3, DIGITS)}.`,
  (c) => `[${Array.from({ length: 8 }, () => c.below(99999)).join(', ')}]`,
  (c) => `[${Array.from({ length: 6 }, () => `-0.${c.chars(8, DIGITS)}`).join(', ')}]`,
  (c) => `${Array.from({ length: 7 }, () => c.chars(3, DIGITS)).join(' ')}`,
  (c) =>
    `Résumé: naïve café, ÂGE, NÃO, SÃO PAULO, Łódź, £${c.below(99)}, ½, ±${c.below(9)} °C, “quotes” — Ærø №${c.below(99)}`,
  (c) => `👩‍👩‍👧‍👦 🇩🇪 ❤️ ${c.of(['🎉', '👍🏽', '✅'])} ${c.below(999)}`,
  (c) => `<p>was <s>${c.below(99)} €</s> now <b>${c.below(99)} €</b><br/></p>`,
  (c) => `parser = number <|> string\nx |> f${c.below(99)} <| g ${c.below(9)}`,
  (c) =>
    `### Instructions for part ${c.below(999)}\n\n1. Open it.\n2. Close it.\n\n### System requirements\n\n- ${c.below(64)} GB of memory`,
  (c) =>
    `\`\`\`python\ndef f_${c.chars(5, LOWER)}(xs: list[int]) -> int:\n    return sum(x for x in xs if x > ${c.below(999)})\n\`\`\``,
  (c) => `\`\`\`ts\nconst ${c.chars(6, LOWER)} = <T,>(x: T): T => ({ ...x, n: ${c.below(999)} });\n\`\`\``,
  (c) => `#include <stdio.h>\nint main(void) {\n\tprintf("%d\\n", ${c.below(9999)});\n\treturn 0;\n}`,
  (c) => `PLZ 10115 Berlin, Hauptstraße ${c.below(200)}, Tel. auf Anfrage`,
  (c) => `Fahrenheit: ${c.below(99)}; call 112 or 911 in an emergency, room ${c.chars(4, DIGITS)}.`,
  (c) =>
    `Win rate ${c.below(99)}-${c.below(99)}-${c.below(9)}, season 1998-2004, pages 123-${130 + c.below(99)}.`,
];
