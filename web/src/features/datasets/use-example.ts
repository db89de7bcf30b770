import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { makeStale } from '../../lib/api.ts';
import { forget, startUpload } from './upload/uploads.ts';

/** Rows of examples/country-guide.jsonl, which vite.config.ts serves beside the web. */
export const EXAMPLE = { name: 'country-guide', rows: 210, file: 'country-guide.jsonl' } as const;

/** Uploads the example as any other file and opens it; `problem` is a sentence when that failed. */
export function useExample() {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const take = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const [data, validation] = await Promise.all([
        exampleFile('country-guide.jsonl'),
        exampleFile('country-guide.validation.jsonl'),
      ]);
      const upload = await startUpload(EXAMPLE.name, { data, validation }).ended;
      await makeStale(cache, ['datasets']);
      if (upload?.status === 'done' && upload.datasetId) {
        forget(upload.id);
        await navigate({ to: '/datasets/$datasetId', params: { datasetId: upload.datasetId } });
      } else setProblem(upload?.problem?.words ?? 'The example could not be uploaded.');
    } catch {
      setProblem('The example could not be loaded. Check the connection and try again.');
    } finally {
      setBusy(false);
    }
  };
  return { take, busy, problem };
}

async function exampleFile(name: string): Promise<File> {
  const response = await fetch(`/examples/${name}`);
  if (!response.ok) throw new Error(`${name} answered ${response.status}`);
  return new File([await response.blob()], name, { type: 'application/x-ndjson' });
}
