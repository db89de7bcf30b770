import type { Model } from '../../../../contracts/models.ts';
import { isGguf } from '../training-jobs/model-formats.ts';

type Loaded = Pick<Model, 'baseModel' | 'name' | 'format' | 'files'>;

/** How to load the model; an adapter's packaged base is a folder of this repository. */
export function loadCode(model: Loaded, packaged: boolean): string {
  const folder = `./${slug(model.name)}`;
  if (isGguf(model.format)) return ggufCode(model, folder).join('\n');
  const lines =
    model.format === 'merged-safetensors' ? mergedCode(folder) : adapterCode(model, folder, packaged);
  return [...lines, ...ANSWER_CODE].join('\n');
}

/** What the code is written for. */
export function loadedWith({ format }: Pick<Model, 'format'>): string {
  if (isGguf(format)) return 'llama.cpp';
  return format === 'merged-safetensors' ? 'transformers' : 'PEFT';
}

/** llama.cpp and LM Studio find the other parts by the first one's name; Ollama takes one file alone. */
function ggufCode({ name, files }: Loaded, folder: string): string[] {
  const parts = files.map(({ path }) => path.replace(/^.*\//, '')).filter((file) => file.endsWith('.gguf'));
  const first = parts.sort()[0] ?? 'model.gguf';
  const isCut = parts.length > 1;
  return [
    `llama-cli -m ${folder}/${first} --jinja`,
    '',
    '# Ollama',
    ...(isCut ? [`llama-gguf-split --merge \\`, `  ${folder}/${first} ${folder}/model.gguf`] : []),
    `echo "FROM ${folder}/model.gguf" > Modelfile`,
    `ollama create ${slug(name)} -f Modelfile`,
    `ollama run ${slug(name)}`,
  ];
}

function mergedCode(folder: string): string[] {
  return [
    'from transformers import (',
    '    AutoModelForCausalLM, AutoTokenizer)',
    '',
    'model = AutoModelForCausalLM.from_pretrained(',
    `    "${folder}")`,
    'tokenizer = AutoTokenizer.from_pretrained(',
    `    "${folder}")`,
  ];
}

const ANSWER_CODE = [
  '',
  'inputs = tokenizer.apply_chat_template(',
  '    [{"role": "user", "content": "…"}],',
  '    add_generation_prompt=True,',
  '    return_tensors="pt", return_dict=True)',
  'output = model.generate(',
  '    **inputs, max_new_tokens=96)',
  'print(tokenizer.decode(output[0]))',
];

function adapterCode({ baseModel }: Loaded, folder: string, packaged: boolean): string[] {
  const base = packaged ? 'trainer/tiny_base/model' : baseModel.id;
  return [
    'from peft import PeftModel',
    'from transformers import (',
    '    AutoModelForCausalLM, AutoTokenizer)',
    '',
    ...(packaged ? ['# the base model lies in the repository'] : []),
    'base = AutoModelForCausalLM.from_pretrained(',
    `    "${base}"${packaged ? ')' : ','}`,
    ...(packaged ? [] : [`    revision="${baseModel.revision}")`]),
    'model = PeftModel.from_pretrained(',
    `    base, "${folder}")`,
    'tokenizer = AutoTokenizer.from_pretrained(',
    `    "${folder}")`,
  ];
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'adapter'
  );
}
