/** Qwen 3, by the template of its tokenizer_config.json; the tests hold it against that. */
import type { Turn } from '../check/rows/row.ts';
import type { ChatTemplate } from './chat-template.ts';
import {
  argumentsAsJson,
  beginsWithSpace,
  pythonJson,
  stripLines,
  stripLinesLeft,
  stripLinesRight,
} from './template-text.ts';
import type { CountTokens } from './text-tokens.ts';

/** `<|im_start|>`, the role, a line break. */
const HEADER = 3;
/** `<|im_end|>`, which an answer learns, and the line break behind it. */
const END_MARK = 1;
const LINE_BREAK = 1;
const MARKS = HEADER + END_MARK + LINE_BREAK;

const TOOLS_BEFORE =
  '# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>';
const TOOLS_AFTER =
  '\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>';

const toolsText = (tools: readonly unknown[]): string =>
  TOOLS_BEFORE + tools.map((tool) => `\n${pythonJson(tool)}`).join('') + TOOLS_AFTER;

/** A result in a user's message is no question. */
const isQuestion = ({ role, content }: Turn): boolean =>
  role === 'user' && !(content.startsWith('<tool_response>') && content.endsWith('</tool_response>'));

/** What was thought before an answer, where the row says it, and the answer. */
function thoughtAndAnswer(content: string): { thought: string; answer: string } {
  const parts = content.split('</think>');
  if (parts.length === 1) return { thought: '', answer: content };
  const before = stripLinesRight(parts[0] ?? '').split('<think>');
  return { thought: stripLinesLeft(before.at(-1) ?? ''), answer: stripLinesLeft(parts.at(-1) ?? '') };
}

function withCalls(answer: string, calls: Turn['toolCalls']): string {
  if (calls === undefined) return answer;
  return calls.reduce((text, { name, arguments: given }, at) => {
    const line = at > 0 || answer !== '' ? '\n' : '';
    return `${text}${line}<tool_call>\n{"name": "${name}", "arguments": ${argumentsAsJson(given)}}\n</tool_call>`;
  }, answer);
}

/** Where a sequence would end if it ended with this answer. */
interface Answer {
  total: number;
  trained: number;
  learnt: boolean;
  /** Whether the template writes the answer otherwise once more turns follow. */
  isRewritten: boolean;
}

export function qwen3Template(countText: CountTokens): ChatTemplate {
  const emptyThought = countText('<think>\n\n</think>\n\n');
  /** The header's line break is one token unless white space follows: then both are split together. */
  const afterLine = (text: string): number =>
    text !== '' && beginsWithSpace(text) ? countText(`\n${text}`) - LINE_BREAK : countText(text);

  /** The two ways an answer is written: with its thought while it is the last, and without later on. */
  const answerTokens = (turn: Turn) => {
    const { thought, answer } = thoughtAndAnswer(turn.content);
    const plain = afterLine(withCalls(answer, turn.toolCalls));
    const simple = thought === '' && turn.content !== '' && !beginsWithSpace(turn.content);
    const thinking = simple
      ? plain + emptyThought
      : countText(
          `<think>\n${stripLines(thought)}\n</think>\n\n${withCalls(stripLinesLeft(answer), turn.toolCalls)}`,
        );
    return { hasThought: thought !== '', plain, thinking };
  };

  /** Results that follow each other are one message of the user; only the first has its header, the last its end. */
  const resultTokens = (turns: readonly Turn[], at: number): number => {
    const response = countText(`\n<tool_response>\n${turns[at]?.content ?? ''}\n</tool_response>`);
    const isFirst = turns[at - 1]?.role !== 'tool';
    const isLast = turns[at + 1]?.role !== 'tool';
    return response + (isFirst ? HEADER - LINE_BREAK : 0) + (isLast ? END_MARK + LINE_BREAK : 0);
  };

  const opening = (turns: readonly Turn[], tools: readonly unknown[]): number => {
    const system = turns[0]?.role === 'system' ? `${turns[0].content}\n\n` : '';
    return MARKS + afterLine(system + toolsText(tools));
  };

  const answersOf = (turns: readonly Turn[], tools: readonly unknown[] | undefined): Answer[] => {
    const offered = tools !== undefined && tools.length > 0 ? tools : undefined;
    const answers: Answer[] = [];
    let before = offered ? opening(turns, offered) : 0;
    /** What thoughts add to `before`: they stand only behind the last question. */
    let thoughts = 0;
    let thoughtful: Answer[] = [];
    let asked = false;
    for (let at = 0; at < turns.length; at += 1) {
      const turn = turns[at] as Turn;
      if (turn.role === 'assistant') {
        const { hasThought, plain, thinking } = answerTokens(turn);
        const written = asked ? thinking : plain;
        const trained = written + END_MARK;
        const total = before + thoughts + HEADER + trained + LINE_BREAK;
        const answer = { total, trained, learnt: turn.learnt, isRewritten: asked && !hasThought };
        answers.push(answer);
        before += MARKS + plain;
        if (asked && hasThought) {
          thoughts += thinking - plain;
          thoughtful.push(answer);
        }
      } else if (turn.role === 'tool') before += resultTokens(turns, at);
      else {
        if (isQuestion(turn)) {
          for (const answer of thoughtful) answer.isRewritten = true;
          thoughtful = [];
          thoughts = 0;
          asked = true;
        }
        if (!(offered && at === 0 && turn.role === 'system')) before += MARKS + afterLine(turn.content);
      }
    }
    return answers;
  };

  return {
    /** Where the template rewrites earlier answers, the trainer makes one sequence of each (masking.py). */
    add(turns, tools, to) {
      const answers = answersOf(turns, tools);
      const last = answers.at(-1);
      if (!last) return;
      const learnt = answers.filter((answer) => answer.learnt);
      if (learnt.some((answer) => answer !== last && answer.isRewritten)) {
        for (const { total, trained } of learnt) to.add(total, trained, total - LINE_BREAK);
        return;
      }
      const trained = learnt.reduce((sum, answer) => sum + answer.trained, 0);
      to.add(last.total, trained, last.total - LINE_BREAK);
    },
    ofTurns(turns) {
      const last = turns.findLastIndex(({ role }) => role === 'assistant');
      const isAsked = turns.slice(0, Math.max(0, last)).some(isQuestion);
      return turns.map((turn, at) => {
        if (turn.role === 'tool') return resultTokens(turns, at);
        if (turn.role !== 'assistant') return MARKS + afterLine(turn.content);
        const { plain, thinking } = answerTokens(turn);
        return MARKS + (at === last && isAsked ? thinking : plain);
      });
    },
  };
}
