import * as z from 'zod';
import { getHealth, healthOperations } from '../../contracts/health.ts';
import { serve } from '../runtime/serve.ts';

export const environment = z.object({ STAGE: z.string() });

export const handler = serve(healthOperations, environment, (env) => ({
  [getHealth.id]: () => ({ status: 'ok', stage: env.STAGE }),
}));
