import { describe, expect, test } from '@jest/globals';
import { heldOutCorpora } from './held-out/corpus.ts';
import { AIMS, aimOf, measureCheck } from './planted/measure-check.ts';

// A small part for every run; `npm run recall` takes all of it and prints the table.
const table = await measureCheck(heldOutCorpora({ seed: 4, cleanRows: 300, each: 1 }));

/** Where the aim is missed, and why that is so: README.md beside the corpus. A fall below these is a step back. */
const KNOWN_TO_MISS: Readonly<Record<string, number>> = { 'truncated-answer': 0.75 };

describe('the check finds what somebody else planted', () => {
  test.each(table.filter(({ planted }) => planted > 0))('$name', ({ name, planted, found, missed }) => {
    const aim = KNOWN_TO_MISS[name] ?? aimOf(name);
    expect({ missed: found < aim * planted ? missed : [] }).toEqual({ missed: [] });
  });
});

describe("the check leaves somebody else's clean rows alone", () => {
  // One row in 3,000 is more than the aim allows for: of each code at most that one.
  test.each(table)('$name', ({ falseFlags, cleanRows }) => {
    expect(falseFlags).toBeLessThanOrEqual(Math.ceil(AIMS.falseFlags * cleanRows));
  });
});
