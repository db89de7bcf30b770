import { Button } from '../../components/button.tsx';
import { useOfflineReason } from '../../lib/online.ts';
import { EXAMPLE, type useExample } from './use-example.ts';

/** Uploads the example for who has no file of their own yet. */
export function ExampleButton({ example }: { example: ReturnType<typeof useExample> }) {
  return (
    <Button onClick={() => void example.take()} busy={example.busy} disabledReason={useOfflineReason()}>
      {example.busy ? 'Uploading the example' : `Use the example, ${EXAMPLE.rows} rows`}
    </Button>
  );
}
