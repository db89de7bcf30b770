import { config } from 'zod/v4/core';

/** zod compiles object schemas with `new Function`, which `script-src 'self'` refuses and reports. */
config({ jitless: true });
