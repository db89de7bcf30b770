/** The first line of a chosen table, so that its columns can be named before anything is sent. */

/** Enough for the longest header anybody writes. */
const HEAD_BYTES = 16 * 1024;

/** The columns of a CSV or TSV file, gzipped or not; undefined where it is no table or its head cannot be read. */
export async function columnsOfFile(file: File): Promise<string[] | undefined> {
  const match = /\.(csv|tsv)(\.gz)?$/i.exec(file.name);
  if (!match) return undefined;
  try {
    const text = await headOf(file, match[2] !== undefined);
    const columns = fieldsOf(text, match[1]?.toLowerCase() === 'tsv' ? '\t' : delimiterOf(text));
    return columns.length > 1 || columns[0] !== '' ? columns : undefined;
  } catch {
    return undefined;
  }
}

async function headOf(file: File, gzip: boolean): Promise<string> {
  const head = file.slice(0, HEAD_BYTES);
  if (!gzip) return new TextDecoder().decode(await head.arrayBuffer());
  const reader = head.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  // A gzip file that is cut off ends in an error; what came before it is the head all the same.
  const first = await reader.read();
  void reader.cancel().catch(() => undefined);
  return new TextDecoder().decode(first.value ?? new Uint8Array());
}

/** Of the signs that part columns, the one the first line has most of; those inside quotes do not count. */
function delimiterOf(text: string): string {
  const line = (text.split(/\r?\n/, 1)[0] ?? '').replace(/"(?:[^"]|"")*"/g, '');
  const often = (sign: string) => line.split(sign).length;
  return [',', ';', '\t', '|'].reduce((best, sign) => (often(sign) > often(best) ? sign : best));
}

/** The fields of the first line: quoted ones may hold the delimiter and doubled quotes (RFC 4180). */
export function fieldsOf(text: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && field === '') quoted = true;
    else if (sign === '\n' || sign === '\r') break;
    else if (sign === delimiter) {
      fields.push(field.trim());
      field = '';
    } else field += sign;
  }
  return [...fields, field.trim()];
}
