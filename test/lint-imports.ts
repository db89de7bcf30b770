/**
 * Runs dependency-cruiser over the sources. It says "no violations" over zero modules when its parser is missing
 * (facts.md §1), so the number of modules it has read is asserted too.
 */
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import configuration from './import-rules.ts';

const { options, ...ruleSet } = configuration;
const folders = ['bin', 'contracts', 'lambdas', 'lib', 'local', 'web/src'];
const result = await cruise(folders, { ...options, ruleSet, validate: true } as never);
const output = result.output as ICruiseResult;
const ours = output.modules.filter(({ source }) => folders.some((folder) => source.startsWith(`${folder}/`)));
const { violations } = output.summary;
for (const { rule, from, to } of violations) console.error(`${rule.severity} ${rule.name}: ${from} → ${to}`);
console.log(`imports: ${ours.length} modules read, ${violations.length} violations`);
// The contract alone has more than twenty files: fewer means that nothing was parsed.
if (ours.length < 20 || violations.length > 0) process.exit(1);
