/** What the documents name is there: files, commands, and the sections that the code's comments point to. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { FAULTS } from '../simulation/faults/faults.ts';
import { INVARIANTS } from '../simulation/invariants/invariants.ts';

const FOLDERS = ['bin', 'contracts', 'docs', 'examples', 'lambdas', 'lib', 'local', 'test', 'trainer', 'web'];
const files = [
  ...globSync('*.{md,json,js}'),
  ...globSync(
    FOLDERS.map((folder) => `${folder}/**/*`),
    { exclude: (path) => /(^|\/)(node_modules|dist|output|__pycache__|[^/]+\.egg-info)$/.test(path) },
  ),
];
const documents = files.filter((file) => file.endsWith('.md'));
const names = new Set(files.map((file) => basename(file)));
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

/** Inline code and links; blocks of code are read by who runs them. */
const prose = (text: string) => text.replaceAll(/^```.*?^```/gms, '');
const quoted = (text: string) => [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);

/** As a path from the root or from the document; `*`, `<noun>` and `…` stand for anything, a decision for its number. */
function isThere(path: string, document: string): boolean {
  const pattern = path.replaceAll(/<[^>]*>|…/g, '*').replace(/(decisions\/\d{4})$/, '$1-*');
  return [pattern, join(dirname(document), pattern)].some((each) =>
    each.includes('*') || each.includes('{') ? globSync(each).length > 0 : existsSync(each),
  );
}

test('there are documents to read', () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'AGENTS.md', 'docs/runbook.md']));
  expect(documents.length).toBeGreaterThan(30);
});

describe.each(documents)('%s', (document) => {
  const text = readFileSync(document, 'utf8');

  test('links to files that are there', () => {
    const links = [...prose(text).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target]) => target!);
    const local = links.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(join(dirname(document), target)))).toEqual([]);
  });

  test('names files of the repository that are there', () => {
    const paths = quoted(text).filter((code) =>
      new RegExp(`^(${FOLDERS.join('|')})/[\\w./*<>{},…-]+$`).test(code),
    );
    expect(paths.filter((path) => !isThere(path, document))).toEqual([]);
    const bare = quoted(text).filter((code) => /^[\w.-]+\.(ts|tsx|py|md|mjs)$/.test(code));
    expect(bare.filter((name) => !names.has(name))).toEqual([]);
  });

  test('names commands that npm knows', () => {
    const asked = [...text.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, script]) => script!);
    expect(asked.filter((script) => !(script in scripts))).toEqual([]);
  });
});

test.each(['design', 'facts'])('every section of %s.md that is referred to is there', (name) => {
  const sections = new Set(
    [...readFileSync(`docs/${name}.md`, 'utf8').matchAll(/^## §?(\d+)/gm)].map(([, number]) => number),
  );
  const sources = files.filter((file) => /\.(ts|tsx|py|md)$/.test(file));
  const missing = sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(new RegExp(`${name}\\.md §(\\d+)`, 'g'))]
      .filter(([, number]) => !sections.has(number))
      .map(([reference]) => `${file}: ${reference}`),
  );
  expect(missing).toEqual([]);
});

test('docs/faults.md has the faults that are simulated, and the invariants that are checked', () => {
  const text = readFileSync('docs/faults.md', 'utf8');
  const rows = [...text.matchAll(/^\| (I?\d+) /gm)].map(([, name]) => name);
  expect(rows.filter((name) => !name!.startsWith('I'))).toEqual(FAULTS.map(({ number }) => String(number)));
  expect(new Set(rows.filter((name) => name!.startsWith('I')))).toEqual(
    new Set(INVARIANTS.map(({ name }) => name)),
  );
});
