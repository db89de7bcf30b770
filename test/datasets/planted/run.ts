/**
 * `npm run recall`: what the check finds of what was planted, and what it says of rows that nothing is wrong with,
 * a line a code. Ends with 1 where an aim is missed.
 */
import { AIMS, aimOf, measureCheck } from './measure-check.ts';

const options = { seed: 20_261_125, cleanRows: 40_000, each: 40 };
const began = performance.now();
const table = await measureCheck(options);
let missed = 0;
console.log(
  `${'code'.padEnd(44)}${'found'.padStart(13)}${'recall'.padStart(9)}${'false'.padStart(7)}   of clean rows`,
);
for (const { name, planted, found, falseFlags, cleanRows, missed: misses } of table) {
  const recall = planted === 0 ? undefined : found / planted;
  const falseShare = falseFlags / cleanRows;
  const fine = (recall === undefined || recall >= aimOf(name)) && falseShare <= AIMS.falseFlags;
  if (!fine) missed += 1;
  const ofPlanted = planted === 0 ? '–' : `${found}/${planted}`;
  const percent = recall === undefined ? '' : `${(recall * 100).toFixed(1)} %`;
  console.log(
    `${name.padEnd(44)}${ofPlanted.padStart(13)}${percent.padStart(9)}${String(falseFlags).padStart(7)}   ${(falseShare * 100).toFixed(3)} %${fine ? '' : '   MISSED'}`,
  );
  const ways = Map.groupBy(misses, ({ how }) => how);
  for (const [how, of] of ways)
    console.log(`    not found: ${how}, ${of.length} times, first at line ${of[0]?.line}`);
}
console.log(
  `${table[0]?.cleanRows ?? 0} clean rows, ${((performance.now() - began) / 1000).toFixed(1)} s, seed ${options.seed}`,
);
process.exitCode = missed > 0 ? 1 : 0;
