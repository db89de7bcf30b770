import { describe, expect, test } from '@jest/globals';
import { AIMS, aimOf, measureCheck, plantedCorpora } from './planted/measure-check.ts';

// A small corpus for every run; `npm run recall` takes a large one and prints the table.
const table = await measureCheck(plantedCorpora({ seed: 4, cleanRows: 4000, each: 5 }));

describe('the check finds what was planted', () => {
  test.each(table.filter(({ planted }) => planted > 0))('$name', ({ name, planted, found, missed }) => {
    expect({ missed: found < aimOf(name) * planted ? missed : [] }).toEqual({ missed: [] });
  });
});

describe('the check leaves clean rows alone', () => {
  // Of 4,000 rows the aim lets four pass; more of one code is a rule that is too eager.
  test.each(table)('$name', ({ falseFlags, cleanRows }) => {
    expect(falseFlags / cleanRows).toBeLessThanOrEqual(AIMS.falseFlags);
  });
});
