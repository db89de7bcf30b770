/** Part of `npm run generate`: the machine code of the check's kernel. */
import { writeFileSync } from 'node:fs';
import { compiledKernel, KERNEL_FILE } from '../lib/constructs/compiled-kernel.ts';

writeFileSync(KERNEL_FILE, compiledKernel());
