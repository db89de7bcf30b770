import { useRouter } from '@tanstack/react-router';
import { Button } from '../components/button.tsx';
import { ConfigError } from '../lib/config.ts';
import { describeError } from '../lib/describe-error.ts';

/** Stands where a page failed to render; the frame around it keeps working. */
export function ErrorPage({ error, reset }: { error: unknown; reset?: () => void }) {
  const router = useRouter();
  const words = wordsOf(error);
  return (
    <div role="alert" className="max-w-[640px] px-4 py-12 md:px-8">
      <h1 className="text-22 font-semibold">{words.title}</h1>
      <p className="mt-2 text-ink-2">{words.sentence}</p>
      <div className="mt-5 flex gap-2">
        <Button
          variant="primary"
          onClick={() => {
            // A page whose file is gone after a deployment needs the new index.html.
            if (isStaleFile(error)) window.location.reload();
            else {
              reset?.();
              void router.invalidate();
            }
          }}
        >
          {isStaleFile(error) ? 'Load the new version' : 'Try again'}
        </Button>
      </div>
    </div>
  );
}

function isStaleFile(error: unknown): boolean {
  return error instanceof TypeError && /module|import/i.test(error.message);
}

function wordsOf(error: unknown): { title: string; sentence: string } {
  if (
    error instanceof ConfigError ||
    (error instanceof TypeError && !isStaleFile(error) && !navigator.onLine)
  ) {
    return {
      title: 'BrightRun doesn’t answer.',
      sentence:
        'The description of this installation could not be loaded. Running jobs go on without this page.',
    };
  }
  if (isStaleFile(error)) {
    return {
      title: 'This page could not be loaded.',
      sentence: 'The network failed, or a new version was put in place while you had this one open.',
    };
  }
  return describeError(error);
}
