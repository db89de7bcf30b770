/** Part of `npm run generate`: the page of the state machines, as production deploys them. */
import { writeFileSync } from 'node:fs';
import { drawnWorkflow, WORKFLOW_DOCUMENT } from '../lib/drawn-workflow.ts';
import { readStage } from '../lib/stage.ts';

const page = drawnWorkflow(readStage('prod', () => undefined, {}));
writeFileSync(new URL(`../${WORKFLOW_DOCUMENT}`, import.meta.url), page);
