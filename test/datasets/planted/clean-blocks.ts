/** Clean text that is no prose: program text, logs, figures, tables. Full of what looks like keys and numbers and is none. */
import { HEX, LETTERS_AND_DIGITS, type Random } from './random.ts';

const names = [
  'count',
  'total',
  'rows',
  'index',
  'price',
  'queue',
  'depth',
  'width',
  'user',
  'order',
  'node',
];

const uuid = (r: Random) => [8, 4, 4, 4, 12].map((length) => r.text(length, HEX)).join('-');
const two = (r: Random, below: number) => String(r.below(below)).padStart(2, '0');
const time = (r: Random) =>
  `2026-${two(r, 11) === '00' ? '07' : '0' + (1 + r.below(9))}-${String(10 + r.below(18))}T${two(r, 24)}:${two(r, 60)}:${two(r, 60)}Z`;

/** Each makes one block of its kind. */
export const BLOCKS: Readonly<Record<string, (r: Random) => string>> = {
  python: (r) => {
    const [a, b] = [r.pick(names), r.pick(names)];
    return `\`\`\`python\ndef ${a}_of_${b}(items: list[int], limit: int = ${r.below(900)}) -> dict[str, int]:\n    """Counts what is below the limit."""\n    found = {}\n    for at, item in enumerate(items):\n        if item < limit and item % ${2 + r.below(9)} != 0:\n            found[f"${a}-{at}"] = item * ${r.below(50)}\n    return found\n\`\`\``;
  },
  typescript: (r) =>
    `\`\`\`ts\nexport const ${r.pick(names)}${r.below(99)} = (${r.pick(names)}: readonly number[]): number =>\n  ${r.pick(names)}.filter((value) => value > ${r.below(1000)}).reduce((sum, value) => sum + value, ${r.below(9)});\n\`\`\``,
  sql: (r) =>
    `\`\`\`sql\nSELECT ${r.pick(names)}, COUNT(*) AS n\nFROM orders o JOIN items i ON i.order_id = o.id\nWHERE o.created_at >= '2026-0${1 + r.below(9)}-01' AND i.${r.pick(names)} > ${r.below(500)}\nGROUP BY 1 ORDER BY n DESC LIMIT ${10 + r.below(90)};\n\`\`\``,
  bash: (r) =>
    `\`\`\`bash\nset -euo pipefail\nfor f in logs/*.${r.pick(['gz', 'txt', 'log'])}; do\n  zcat "$f" | grep -c 'code=${400 + r.below(99)}' >> counts-${r.below(50)}.tsv\ndone\nexport API_KEY="$(cat /run/secrets/api-key)"\n\`\`\``,
  log: (r) =>
    `${time(r)} INFO request ${uuid(r)} took ${r.below(900)}.${r.below(10)} ms from 10.${r.below(255)}.${r.below(255)}.${r.below(255)}\n${time(r)} WARN retry ${r.below(5)} of job ${r.text(26, '0123456789ABCDEFGHJKMNPQRSTVWXYZ')}\n${time(r)} INFO commit ${r.text(40, HEX)} deployed as build ${10000 + r.below(90000)}`,
  hashes: (r) =>
    `sha256:${r.text(64, HEX)}\nmd5 ${r.text(32, HEX)}\netag "${r.text(32, HEX)}-${1 + r.below(40)}"\nrevision ${r.text(12, HEX)}`,
  figures: (r) =>
    `| item | ${2020 + r.below(6)} | ${2020 + r.below(6)} |\n| --- | ---: | ---: |\n| ${r.pick(names)} | ${r.below(9_000_000).toLocaleString('en')} | ${(r.below(99_999) / 100).toFixed(2)} |\n| ${r.pick(names)} | ${r.below(90_000).toLocaleString('en')} | −${r.below(40)}.${r.below(10)} % |\n\nOrder 2026-${1000 + r.below(9000)}-${r.digits(4)}, invoice ${r.digits(6)}, part ${r.text(3, 'ABCDEFGH')}-${r.digits(5)}, coordinates ${48 + r.below(9)}.${r.digits(6)}, ${7 + r.below(9)}.${r.digits(6)}.`,
  json: (r) =>
    `{"id":"${uuid(r)}","status":"${r.pick(['open', 'closed', 'waiting'])}","amount":${r.below(90_000) / 100},"createdAt":"${time(r)}","tags":["${r.pick(names)}","${r.pick(names)}"],"version":"${r.below(9)}.${r.below(20)}.${r.below(90)}"}`,
  maths: (r) =>
    `Let $f(x) = ${2 + r.below(9)}x^2 - ${r.below(50)}x + ${r.below(99)}$. Then $f'(x) = ${4 + r.below(9)}x - ${r.below(50)}$, so the minimum lies at $x = ${r.below(20)}.${r.digits(3)}$ and $\\int_0^1 f = ${r.below(80)}.${r.digits(6)}$.`,
  placeholders: (r) =>
    `Set \`API_KEY=YOUR_API_KEY\` and \`password: <your password>\` in .env, then run \`curl -H "Authorization: Bearer $TOKEN" https://api.example.com/v${1 + r.below(4)}/${r.pick(names)}\`. Write to someone@example.com or support@example.org if number ${r.below(90)} fails. The database is at postgres://user:\${PASSWORD}@localhost:5432/${r.pick(names)}.`,
  list: (r) =>
    `1. Open the valve by ${1 + r.below(4)} turns\n2. Wait until the gauge shows ${r.below(6)}.${r.below(10)} bar\n3. Note the reading in column ${r.text(1, 'ABCDEF')}\n   - before: ${r.below(100)}\n   - after: ${r.below(100)}`,
  identifiers: (r) =>
    `ISBN 978-3-${r.digits(5)}-${r.digits(3)}-${r.digits(1)}, DOI 10.${1000 + r.below(8999)}/${r.text(8, LETTERS_AND_DIGITS)}, ticket #${r.below(90_000)}, tracking no. ${r.text(2, 'JRCE')}${r.digits(9)}DE, MAC ${Array.from({ length: 6 }, () => r.text(2, HEX)).join(':')}, flight LH${100 + r.below(800)}, seat ${1 + r.below(40)}${r.text(1, 'ABCDEF')}.`,
};
