import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useUploads, useWhenDone } from './upload/upload-store.ts';
import { startUpload } from './upload/uploads.ts';

/** Rows of examples/country-guide.jsonl, which vite.config.ts serves beside the web. */
export const EXAMPLE = { name: 'country-guide', rows: 210, file: 'country-guide.jsonl' } as const;

/** Uploads the example as any other file and opens it; `problem` is a sentence when that failed. */
export function useExample() {
  const navigate = useNavigate();
  const [loading, setLoading] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [id, setId] = useState<string>();
  const upload = useUploads().find((one) => one.id === id);
  useWhenDone(upload, ({ datasetId }) => {
    if (datasetId) void navigate({ to: '/datasets/$datasetId', params: { datasetId } });
  });

  const take = async () => {
    setLoading(true);
    setProblem(undefined);
    try {
      const [data, validation] = await Promise.all([
        exampleFile('country-guide.jsonl'),
        exampleFile('country-guide.validation.jsonl'),
      ]);
      setId(startUpload(EXAMPLE.name, { data, validation }));
    } catch {
      setProblem('The example could not be loaded. Check the connection and try again.');
    } finally {
      setLoading(false);
    }
  };
  return {
    take,
    busy: loading || (upload !== undefined && upload.status !== 'failed'),
    problem: problem ?? upload?.problem?.words,
  };
}

async function exampleFile(name: string): Promise<File> {
  const response = await fetch(`/examples/${name}`);
  if (!response.ok) throw new Error(`${name} answered ${response.status}`);
  return new File([await response.blob()], name, { type: 'application/x-ndjson' });
}
