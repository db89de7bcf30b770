import * as z from 'zod';
import { operation } from './operation.ts';

export const getHealth = operation({
  id: 'getHealth',
  noun: 'health',
  method: 'GET',
  path: '/health',
  summary: 'Whether the API answers.',
  caller: 'nobody-in-particular',
  success: { status: 200, body: z.object({ status: z.literal('ok'), stage: z.string() }) },
});

export const healthOperations = [getHealth];
