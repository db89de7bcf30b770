import { useQuery } from '@tanstack/react-query';
import type { Model } from '../../../../contracts/models.ts';
import { CopyButton } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { baseModelsQuery } from '../training-jobs/use-catalog.ts';
import { loadCode } from './load-code.ts';

/** How to use the files: an adapter with PEFT, a merged model with transformers alone. */
export function LoadSection({ model }: { model: Model }) {
  const base = useQuery(baseModelsQuery).data?.items.find((each) => each.id === model.baseModel.id);
  const code = loadCode(model, base?.source.kind === 'packaged');
  return (
    <Section
      title="Load it"
      note={model.format === 'merged-safetensors' ? 'transformers' : 'PEFT'}
      line={false}
      aside={<CopyButton text={code} />}
    >
      <pre
        tabIndex={0}
        aria-label="Python code that loads the model"
        className="overflow-x-auto rounded-control bg-sunk px-3 py-2.5 text-12 leading-[19px]"
      >
        {code}
      </pre>
    </Section>
  );
}
