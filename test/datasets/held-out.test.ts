import { describe, expect, test } from '@jest/globals';
import { heldOutCorpora } from './held-out/corpus.ts';
import { AIMS, aimOf, measureCheck } from './planted/measure-check.ts';

// A small part for every run; `npm run recall` takes all of it and prints the table.
const table = await measureCheck(heldOutCorpora({ seed: 4, cleanRows: 300, each: 1 }));

describe('the check finds what somebody else planted', () => {
  test.each(table.filter(({ planted }) => planted > 0))('$name', ({ name, planted, found, missed }) => {
    expect({ missed: found < aimOf(name) * planted ? missed : [] }).toEqual({ missed: [] });
  });
});

describe("the check leaves somebody else's clean rows alone", () => {
  // One row in 3,000 is more than the aim allows for: of each code at most that one.
  test.each(table)('$name', ({ falseFlags, cleanRows }) => {
    expect(falseFlags).toBeLessThanOrEqual(Math.ceil(AIMS.falseFlags * cleanRows));
  });
});
