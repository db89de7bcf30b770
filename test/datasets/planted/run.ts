/**
 * `npm run recall [-- SEED]`: what the check finds of what was planted, and what it says of rows that nothing is wrong
 * with, a line a code; first in the corpus it was written against, then in one that was held out, then in prose of
 * which some was cut. Ends with 1 where an aim is missed.
 */
import { heldOutCorpora } from '../held-out/corpus.ts';
import type { Corpus } from './corpus.ts';
import { AIMS, aimOf, measureCheck, packageCorpora, plantedCorpora } from './measure-check.ts';

const seed = Number(process.argv[2] ?? 20_261_125);

async function tell(name: string, corpora: readonly Corpus[], aim = aimOf): Promise<number> {
  const began = performance.now();
  const table = await measureCheck(corpora);
  let missed = 0;
  console.log(
    `${name.padEnd(44)}${'found'.padStart(13)}${'recall'.padStart(9)}${'false'.padStart(7)}   of clean rows`,
  );
  for (const { name, planted, found, falseFlags, cleanRows, missed: misses } of table) {
    const recall = planted === 0 ? undefined : found / planted;
    const falseShare = falseFlags / cleanRows;
    const fine = (recall === undefined || recall >= aim(name)) && falseShare <= AIMS.falseFlags;
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
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${table[0]?.cleanRows ?? 0} clean rows, ${seconds} s, seed ${seed}\n`);
  return missed;
}

const missed =
  (await tell('PLANTED', plantedCorpora({ seed, cleanRows: 40_000, each: 40 }))) +
  (await tell('HELD OUT', heldOutCorpora({ seed, cleanRows: 4600, each: 4 }))) +
  (await tell('PROSE OF PACKAGES', packageCorpora({ seed }), () => AIMS.cutProse));
process.exitCode = missed > 0 ? 1 : 0;
