import { useQuery } from '@tanstack/react-query';
import type { Model } from '../../../../contracts/models.ts';
import { CopyButton } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { isGguf } from '../training-jobs/model-formats.ts';
import { baseModelsQuery } from '../training-jobs/use-catalog.ts';
import { loadCode, loadedWith } from './load-code.ts';

/** How to use the files, with the library or program that they are for. */
export function LoadSection({ model }: { model: Model }) {
  const base = useQuery(baseModelsQuery).data?.items.find((each) => each.id === model.baseModel.id);
  const code = loadCode(model, base?.source.kind === 'packaged');
  return (
    <Section title="Load it" note={loadedWith(model)} line={false} aside={<CopyButton text={code} />}>
      <pre
        tabIndex={0}
        aria-label={`${isGguf(model.format) ? 'Commands that load' : 'Python code that loads'} the model`}
        className="overflow-x-auto rounded-control bg-sunk px-3 py-2.5 text-12 leading-[19px]"
      >
        {code}
      </pre>
    </Section>
  );
}
