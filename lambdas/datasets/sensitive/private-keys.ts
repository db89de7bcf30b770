import { isPlaceholder } from './placeholders.ts';
import { shownEnd, type Finding } from './sensitive-match.ts';

/** PEM of every kind (PKCS 1 and 8, EC, OpenSSH, encrypted), PGP, and SSH2's four dashes. */
const BEGIN = /-{4,5} ?BEGIN ((?:[A-Z0-9]{1,12} ){0,3})PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const END = /-{4,5} ?END [A-Z0-9 ]{0,60}-{4,5}/y;
/** A key of 16,384 bits is 13 kB. */
const LONGEST = 20_000;
/** Headers such as Proc-Type may come first; line ends may be written as \n, in one line of JSON or of an .env file. */
const BODY =
  /^(?:\s|\\+[nr]|["'`+,])*(?:[A-Z][\w-]{1,30}: [^\n\\]{0,100}(?:\s|\\+[nr]){1,8}){0,6}((?:[A-Za-z0-9+/=]|\s|\\+[nr]|["',]){16,20000})/;
const PUTTY =
  /PuTTY-User-Key-File-[23]: [^\n]{4,40}\n[^]{0,8000}?Private-Lines: \d{1,4}\n((?:[A-Za-z0-9+/=]{4,64}\n?){1,200})/g;

/** The markers alone stand in every manual; it is a key when one follows them. */
export function privateKeys(text: string, found: Finding[]): void {
  if (text.includes('BEGIN ')) {
    BEGIN.lastIndex = 0;
    for (let begin = BEGIN.exec(text); begin; begin = BEGIN.exec(text)) {
      const start = BEGIN.lastIndex;
      const marker = text.indexOf('----', start);
      const inside = text.slice(start, Math.min(marker < 0 ? Infinity : marker, start + LONGEST));
      const body = BODY.exec(inside);
      const key = body?.[1]?.replace(/\\+[nr]|[\s"',]/g, '') ?? '';
      if (key.length < 16 || !/[A-Z]/.test(key) || !/[a-z]/.test(key) || isPlaceholder(key.slice(0, 64)))
        continue;
      END.lastIndex = start + inside.length;
      const to = END.test(text) ? END.lastIndex : start + (body?.[0].trimEnd().length ?? 0);
      found.push({
        kind: 'private-key',
        from: begin.index,
        to,
        shown: `${(begin[1] ?? '').trim()} private key ••••`.trim(),
      });
      BEGIN.lastIndex = to;
    }
  }
  if (text.includes('PuTTY-User-Key-File-'))
    for (const key of text.matchAll(PUTTY))
      if (!isPlaceholder((key[1] ?? '').slice(0, 64)))
        found.push({
          kind: 'private-key',
          from: key.index,
          to: key.index + key[0].length,
          shown: `PuTTY private key ${shownEnd('')}`,
        });
}
