/** `npm run bench`: one JSON line a figure, each with what it is compared to in the same run. `--skip-once` leaves out what starts a copy: the journey and the way to the screen. */
import { benchAnswers } from './answers.ts';
import { benchFunctions } from './functions.ts';
import { benchJobCost } from './job-cost.ts';
import { benchJourney } from './journey.ts';
import { benchPointToScreen } from './point-to-screen.ts';
import { benchTokens } from './tokens.ts';
import { benchValidation } from './validation.ts';

benchFunctions();
await benchValidation();
benchTokens();
benchAnswers();
await benchJobCost();
if (!process.argv.includes('--skip-once')) {
  benchJourney();
  await benchPointToScreen();
}
