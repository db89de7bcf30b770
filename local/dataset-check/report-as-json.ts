/**
 * `{accepted, format, summary, issues: […]}` with every issue in it. Whether the file is accepted is known last and
 * stands first, so issues wait in a file: a million of them are 300 MB.
 */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DatasetIssue } from '../../contracts/dataset-issues.ts';
import type { CheckedFiles } from './check-files.ts';

export interface JsonReport {
  add: (issue: DatasetIssue) => void;
  print(checked: CheckedFiles, output: NodeJS.WritableStream): Promise<void>;
}

const HELD_CHARACTERS = 256 * 1024;

export function reportAsJson(folder: string): JsonReport {
  const path = join(folder, 'issues.json');
  let file: number | undefined;
  let held = '';
  let isFirst = true;
  const flush = () => {
    file ??= openSync(path, 'w');
    writeSync(file, held);
    held = '';
  };
  return {
    add({ code, severity, file: which, line, ...more }) {
      // What is asked for first stands first.
      const issue = { line: line ?? null, code, severity, file: which, ...more };
      held += `${isFirst ? '' : ','}\n    ${JSON.stringify(issue)}`;
      isFirst = false;
      if (held.length > HELD_CHARACTERS) flush();
    },
    async print({ summary }, output) {
      const head = {
        accepted: summary.verdict !== 'rejected',
        format: summary.format,
        summary,
      };
      output.write(`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "issues": [`);
      if (file !== undefined) {
        flush();
        closeSync(file);
        await pipeline(createReadStream(path), output, { end: false });
      } else output.write(held);
      output.write(isFirst ? ']\n}\n' : '\n  ]\n}\n');
    },
  };
}
