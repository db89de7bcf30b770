/** What is made from the contract and committed: path under the repository's root → content. */
import { apiDocument } from './api-document.ts';
import { datasetsDocument } from './datasets-document.ts';
import { openApiDocument } from './openapi.ts';
import { trainerContract } from './trainer-contract.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Fresh contents; the test compares them with the committed files. */
export function generatedFiles(): Record<string, string> {
  return {
    'contracts/openapi.json': json(openApiDocument()),
    'trainer/brightrun_trainer/contract.json': json(trainerContract()),
    'docs/api.md': apiDocument(),
    'docs/datasets.md': datasetsDocument(),
  };
}
