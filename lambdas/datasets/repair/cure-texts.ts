import type { DatasetCure } from '../../../contracts/dataset-cures.ts';
import { maskSensitive } from '../check/text/sensitive-text.ts';
import { fixText, removeTemplateTokens } from '../check/text/text-quality.ts';
import { changedTexts } from './row-texts.ts';

const SECRETS = new Set(['possible-secret'] as const);
const PERSONAL_DATA = new Set(['possible-personal-data'] as const);

const TEXT_CURES: readonly [DatasetCure, (text: string) => string][] = [
  ['fix-text', fixText],
  ['remove-template-tokens', removeTemplateTokens],
  ['mask-secrets', (text) => maskSensitive(text, SECRETS)],
  ['mask-personal-data', (text) => maskSensitive(text, PERSONAL_DATA)],
];

/** What one cure takes out may bring together what another is for; a text that goes on changing is a made one. */
const MOST_ROUNDS = 4;

/** Cures each text of a row and adds the cures that changed one to `did`; the same object where none was. */
export function cureTexts(value: unknown, asked: ReadonlySet<DatasetCure>, did: Set<DatasetCure>): unknown {
  const cures = TEXT_CURES.filter(([cure]) => asked.has(cure));
  if (cures.length === 0) return value;
  return changedTexts(value, (text) => {
    let cured = text;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const before = cured;
      for (const [cure, change] of cures) {
        const next = change(cured);
        if (next !== cured) did.add(cure);
        cured = next;
      }
      if (cured === before) break;
    }
    return cured;
  });
}
