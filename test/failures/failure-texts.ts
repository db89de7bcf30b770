/** The texts that the failure doctor is tried on: three lines of head, a rule, the log. */
import { readdirSync, readFileSync } from 'node:fs';

export interface FailureText {
  name: string;
  /** What it is, as a person reads it. */
  class: string;
  /** Stands in the line that proves it. */
  proof: string;
  source: string;
  log: string;
}

export function failureTexts(folder: URL): FailureText[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => {
      const [head = '', ...rest] = readFileSync(new URL(name, folder), 'utf8').split('\n---\n');
      const field = (key: string): string => {
        const line = head.split('\n').find((one) => one.startsWith(`${key}: `));
        if (!line) throw new Error(`${name} has no ${key}.`);
        return line.slice(key.length + 2);
      };
      return {
        name: name.replace('.txt', ''),
        class: field('class'),
        proof: field('proof'),
        source: field('source'),
        log: rest.join('\n---\n').trimEnd(),
      };
    });
}
