/** Passwords and tokens of one copy: random, made once, kept with its state and readable by its owner alone. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import type { StateFolder } from './folders.ts';

const Secrets = z.object({ clusterToken: z.string().min(32), demoPassword: z.string().min(12) });
export type Secrets = z.infer<typeof Secrets>;

export function copySecrets(state: StateFolder): Secrets {
  if (existsSync(state.secrets)) {
    const kept = Secrets.safeParse(JSON.parse(readFileSync(state.secrets, 'utf8')));
    if (kept.success) return kept.data;
  }
  const made: Secrets = {
    clusterToken: randomBytes(32).toString('hex'),
    // Typed by people: no letter that reads as another. The ending satisfies Cognito's demand for every class.
    demoPassword: `${pick('abcdefghjkmnpqrstuvwxyz', 5)}-${pick('abcdefghjkmnpqrstuvwxyz', 5)}-${pick('23456789', 3)}-Aa`,
  };
  writeFileSync(state.secrets, JSON.stringify(made), { mode: 0o600 });
  return made;
}

const pick = (letters: string, count: number) =>
  Array.from(randomBytes(count), (byte) => letters[byte % letters.length]).join('');
