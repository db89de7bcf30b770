/** Files of the other kinds that a conversion on the way in has to read. */
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { parquetWriteFile } from 'hyparquet-writer';
import { prose } from '../datasets/planted/clean-rows.ts';
import { seeded } from '../datasets/planted/random.ts';
import { writeChats, writePieces } from './validation-files.ts';

const BYTES = 200_000_000;

/** A question and an answer of 700 bytes. */
function pairs(): (row: number) => [question: string, answer: string] {
  const random = seeded(20_261_127);
  return (row) => [`${prose(random, 'en', 2)} [${row}]`, prose(random, 'en', 5)];
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

export const CONTAINERS: Record<string, (file: string) => void | Promise<void>> = {
  CSV(file) {
    const pair = pairs();
    writePieces(file, BYTES, (at) =>
      at === 0 ? 'prompt,completion\n' : `${pair(at).map(quoted).join(',')}\n`,
    );
  },
  'JSON array'(file) {
    const pair = pairs();
    let written = 0;
    writePieces(file, Infinity, (at) => {
      if (written >= BYTES) return undefined;
      const [prompt, completion] = pair(at);
      const row = `${at === 0 ? '[\n' : ',\n'}${JSON.stringify({ prompt, completion })}`;
      written += Buffer.byteLength(row);
      return written < BYTES ? row : `${row}\n]\n`;
    });
  },
  gzip(file) {
    const unpacked = `${file}.jsonl`;
    writeChats(unpacked, BYTES);
    return pipeline(createReadStream(unpacked), createGzip({ level: 1 }), createWriteStream(file)).finally(
      () => rmSync(unpacked),
    );
  },
  Parquet(file) {
    const pair = pairs();
    const [questions, answers]: [string[], string[]] = [[], []];
    for (let bytes = 0, row = 0; bytes < BYTES; row += 1) {
      const [question, answer] = pair(row);
      questions.push(question);
      answers.push(answer);
      bytes += question.length + answer.length;
    }
    return parquetWriteFile({
      filename: file,
      columnData: [
        { name: 'prompt', data: questions, type: 'STRING' },
        { name: 'completion', data: answers, type: 'STRING' },
      ],
    });
  },
};
