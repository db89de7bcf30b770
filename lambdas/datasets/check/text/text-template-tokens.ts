/** Marks of chat templates that were exported with the text: the trainer adds the model's own. */

/** `<|im_start|>`, `<|eot_id|>`, DeepSeek's `<｜User｜>`; Gemma's turns; Llama 2's and Mistral's brackets; Alpaca's headings. */
const MARK =
  /<[|｜][A-Za-z0-9_▁]{2,40}[|｜]>|<\/?(?:start|end)_of_turn>|<(?:bos|eos)>|\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS)\]|<<\/?SYS>>|^### ?(?:Instruction|Response|Human|Assistant):/m;

/**
 * Of Llama 2 and Mistral. `<s>…</s>` is HTML as well, for struck-through text: only one that misses the other half is
 * a mark, or a pair around the whole text.
 */
function edgeMark(text: string): string | undefined {
  const [opened, closed] = [/<s[\s>]/.test(text), text.includes('</s>')];
  if (closed && (!opened || /^\s*<s>[^]*<\/s>\s*$/.test(text))) return '</s>';
  return opened && !closed && /^\s*<s>/.test(text) ? '<s>' : undefined;
}

const mayHaveBrackets = (text: string): boolean =>
  text.includes('[') &&
  (text.includes('INST]') ||
    text.includes('_CALLS]') ||
    text.includes('_PROMPT]') ||
    text.includes('_TOOLS]'));

/** The first mark in a text, and where it stands. Three native searches tell that there is none. */
export function templateTokenIn(text: string): { mark: string; at: number } | undefined {
  const hasAngle = text.includes('<');
  if (!hasAngle && !text.includes('###') && !mayHaveBrackets(text)) return undefined;
  const match = MARK.exec(text);
  if (match) return { mark: match[0], at: match.index };
  const edge = hasAngle && text.includes('s>') ? edgeMark(text) : undefined;
  return edge === undefined ? undefined : { mark: edge, at: text.indexOf(edge) };
}

const ROLE = '(?:system|user|assistant|tool|ipython|model|developer)';
/** A mark that opens a turn takes the name of the role with it, or the name would be left in the text. */
const TURN_OPENINGS = new RegExp(
  [
    `<\\|im_start\\|>${ROLE}?\\n?`,
    `<\\|start_header_id\\|>${ROLE}?<\\|end_header_id\\|>\\n{0,2}`,
    `<start_of_turn>${ROLE}?\\n?`,
    `^### ?(?:Instruction|Response|Human|Assistant):[ \\t]*\\n?`,
  ].join('|'),
  'gm',
);
const MARKS = new RegExp(MARK.source, 'gm');

/** The half mark that is left over, or the pair around the whole text. */
function withoutEdges(text: string): string {
  const [opened, closed] = [/<s[\s>]/.test(text), text.includes('</s>')];
  if (!opened) return text.replaceAll('</s>', '');
  return closed ? text.replace(/^\s*<s>/, '').replace(/<\/s>\s*$/, '') : text.replace(/^\s*<s>/, '');
}

/** Taking a mark out may leave another: a heading that comes to stand first, a mark within a mark. */
const MOST_ROUNDS = 10;

/** The text without its marks; text that has none is the same text. */
export function removeTemplateTokens(text: string): string {
  let left = text;
  for (let round = 0; round < MOST_ROUNDS && templateTokenIn(left) !== undefined; round += 1) {
    const isEdge = edgeMark(left) !== undefined;
    left = left.replace(TURN_OPENINGS, '').replace(MARKS, '');
    left = (isEdge ? withoutEdges(left) : left).trim();
  }
  return left;
}
