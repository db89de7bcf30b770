import type { OutboxRecord } from '../../contracts/training-jobs.ts';
import type { UnfinishedRow } from './sweep-unfinished.ts';

export interface OutboxStore {
  get(id: string): Promise<OutboxRecord | undefined>;
  /** Rows written before `before`, at most a few hundred. */
  waiting(before: Date): Promise<OutboxRecord[]>;
  remove(id: string): Promise<void>;
}

export interface UnfinishedIndex {
  /** Everything that is due by `now`, of all shards. */
  due(now: Date): Promise<UnfinishedRow[]>;
}

export interface WorkflowExecutions {
  /** An execution of this name: its state, or nothing. */
  look(name: string): Promise<'running' | 'ended' | undefined>;
  /** Starts one; a name that exists is done already. */
  start(name: string, input: { owner: string; jobId: string; generation?: number }): Promise<void>;
}

export interface OutcomeTopic {
  publish(outcome: unknown, key: string): Promise<void>;
}
