/** What a row becomes: the turns that the trainer will see, and what is wrong with them. */
import type { DatasetFormat } from '../../../../contracts/dataset-format.ts';
import type { DatasetIssueCode, SensitiveKind } from '../../../../contracts/dataset-issues.ts';

export interface ToolCall {
  name: string;
  /** A JSON object, as text. */
  arguments: string;
}

export interface Turn {
  role: 'system' | 'user' | 'assistant' | 'tool' | 'text';
  content: string;
  /** Whether the model is taught to produce it. */
  learnt: boolean;
  toolCalls?: ToolCall[];
  /** Of preference pairs: which of the two answers it belongs to; absent on what both share. */
  branch?: 'chosen' | 'rejected';
}

export interface RowProblem {
  code: DatasetIssueCode;
  /** As in `messages.1.content`; absent where the whole row is meant. */
  path?: string;
  found: string;
  column?: number;
  kind?: SensitiveKind;
}

/** `turns` are what the trainer will see; they mean something only where no problem is an error. */
export interface Row {
  format: DatasetFormat | null;
  turns: Turn[];
  problems: RowProblem[];
  /** Tools that are offered, called or answer: a chat template has to know them. */
  hasTools: boolean;
  hasWeights: boolean;
}
