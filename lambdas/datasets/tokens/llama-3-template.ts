/** Llama 3.1 and 3.2 Instruct, by the template of their tokenizer_config.json; the tests hold it against that. */
import type { Turn } from '../check/rows/row.ts';
import type { ChatTemplate } from './chat-template.ts';
import { argumentsAsJson, pythonJson, strip } from './template-text.ts';
import type { CountTokens } from './text-tokens.ts';

const header = (role: string) => `<|start_header_id|>${role}<|end_header_id|>\n\n`;
/** Every chat begins so, with a system message of its own or without. Every date has as many tokens as this one. */
const KNOWLEDGE = 'Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n';
const WITH_TOOLS = 'Environment: ipython\n';
const TOOLS_GIVEN =
  'Given the following functions, please respond with a JSON for a function call with its proper arguments that best answers the given prompt.\n\nRespond in the format {"name": function name, "parameters": dictionary of argument name and its value}.Do not use variables.\n\n';
const END_MARK = 1;

/** What stands between a turn's header and its end. Contents are trimmed, so no token reaches over the header's end. */
function said({ role, content, toolCalls }: Turn): string {
  // A turn that calls says nothing else; the template takes one call, so several are counted one after the other.
  if (toolCalls !== undefined) {
    return toolCalls
      .map((call) => `{"name": "${call.name}", "parameters": ${argumentsAsJson(call.arguments)}}`)
      .join('');
  }
  // The template prints a result as JSON: to Jinja, text is something that can be iterated.
  return role === 'tool' ? JSON.stringify(content) : strip(content);
}

const toolsText = (tools: readonly unknown[]): string =>
  TOOLS_GIVEN + tools.map((tool) => `${pythonJson(tool, 4)}\n\n`).join('');

export function llama3Template(countText: CountTokens): ChatTemplate {
  const headers: Record<Turn['role'], number> = {
    system: countText(header('system')),
    user: countText(header('user')),
    assistant: countText(header('assistant')),
    tool: countText(header('ipython')),
    text: 0,
  };
  const opening = countText(`<|begin_of_text|>${header('system')}${KNOWLEDGE}<|eot_id|>`);
  const openingWithTools = countText(
    `<|begin_of_text|>${header('system')}${WITH_TOOLS}${KNOWLEDGE}<|eot_id|>`,
  );
  const ofTurn = (turn: Turn) => headers[turn.role] + countText(said(turn)) + END_MARK;
  const hasSystem = (turns: readonly Turn[]) => turns[0]?.role === 'system';

  return {
    add(turns, tools, to) {
      const offered = tools !== undefined && tools.length > 0 ? tools : undefined;
      let total = offered ? openingWithTools : opening;
      let trained = 0;
      let waiting = offered;
      for (let at = 0; at < turns.length; at += 1) {
        const turn = turns[at] as Turn;
        if (at === 0 && turn.role === 'system') {
          total += countText(strip(turn.content));
          continue;
        }
        if (waiting) {
          // Tools are told in the first message after the system's.
          total += headers.user + countText(toolsText(waiting) + strip(turn.content)) + END_MARK;
          waiting = undefined;
          continue;
        }
        const tokens = ofTurn(turn);
        total += tokens;
        if (turn.learnt) trained += tokens - headers[turn.role];
      }
      to.add(total, trained, total);
    },
    ofTurns(turns) {
      const tokens = turns.map((turn, at) =>
        at === 0 && hasSystem(turns) ? countText(strip(turn.content)) : ofTurn(turn),
      );
      if (tokens.length > 0) tokens[0] = (tokens[0] ?? 0) + opening;
      return tokens;
    },
  };
}
