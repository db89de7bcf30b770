import { LinkButton } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { EmptyState } from '../../components/states.tsx';
import { ExampleButton } from '../datasets/example-button.tsx';
import { useExample } from '../datasets/use-example.ts';

const STEPS: readonly (readonly [title: string, what: string])[] = [
  ['Upload examples', 'Every problem is named with its line and its cure, before anything costs money.'],
  ['See what it costs', 'Time, memory and money as a range. You set the cap; nothing is spent beyond it.'],
  ['Train, and watch', 'Loss, speed and spend every few seconds. Stop at any time and keep what is there.'],
  ['Take the model', 'Measured on rows it never saw. It says Ship, or tells you to keep the base.'],
];

/** An account in which nothing has happened yet. */
export function FirstSteps() {
  const example = useExample();
  return (
    <EmptyState
      title="Nothing here yet. It begins with a dataset."
      actions={
        <>
          <LinkButton to="/datasets" search={{ upload: true }} variant="primary">
            Upload dataset…
          </LinkButton>
          <ExampleButton example={example} />
        </>
      }
      below={
        <>
          {example.problem && <Notice tone="bad" title={example.problem} className="mb-4" />}
          <ol className="grid gap-x-8 gap-y-4 md:grid-cols-2 xl:grid-cols-4">
            {STEPS.map(([title, what], index) => (
              <li key={title} className="border-t border-line pt-3">
                <p className="font-semibold">
                  <span className="mr-2 text-ink-3">{index + 1}</span>
                  {title}
                </p>
                <p className="text-ink-2">{what}</p>
              </li>
            ))}
          </ol>
        </>
      }
    >
      A file of examples, one JSON object a line: what people ask, and what you would answer.
    </EmptyState>
  );
}
