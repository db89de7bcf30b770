import type { Model } from '../../../../contracts/models.ts';

/** How to load the model; an adapter's packaged base is a folder of this repository. */
export function loadCode(model: Pick<Model, 'baseModel' | 'name' | 'format'>, packaged: boolean): string {
  const folder = `./${slug(model.name)}`;
  const lines =
    model.format === 'merged-safetensors' ? mergedCode(folder) : adapterCode(model, folder, packaged);
  return [...lines, ...ANSWER_CODE].join('\n');
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

function adapterCode({ baseModel }: Pick<Model, 'baseModel'>, folder: string, packaged: boolean): string[] {
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
