/** What happened, as seen from outside the code: writes, effects, processes, words. The checker reads nothing else. */
export type Row = Readonly<Record<string, unknown>>;

export type HistoryEvent =
  | {
      kind: 'write';
      at: number;
      table: string;
      pk: string;
      sk: string;
      before: Row | undefined;
      after: Row | undefined;
    }
  | { kind: 'object'; at: number; bucket: string; key: string; versionId: string; by: string }
  | { kind: 'cluster'; at: number; what: string; submissionId: string }
  | {
      kind: 'trainer';
      at: number;
      submissionId: string;
      what: string;
      fields: Readonly<Record<string, unknown>>;
    }
  | {
      kind: 'answer';
      at: number;
      operation: string;
      owner: string;
      key?: string;
      body?: unknown;
      status: number;
      answer: unknown;
    }
  | { kind: 'published'; at: number; key: string }
  | { kind: 'mailed'; at: number; to: string; subject: string }
  | { kind: 'log'; at: number; level: string; text: string }
  | {
      kind: 'execution';
      at: number;
      machine: string;
      name: string;
      status: string;
      events: number;
      error?: string;
    }
  | { kind: 'fault'; at: number; number: number; point: string };

type Without<T> = T extends HistoryEvent ? Omit<T, 'at'> : never;

export class History {
  readonly events: HistoryEvent[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(event: Without<HistoryEvent>): void {
    this.events.push({ at: this.#now(), ...event } as HistoryEvent);
  }

  of<Kind extends HistoryEvent['kind']>(kind: Kind): Extract<HistoryEvent, { kind: Kind }>[] {
    return this.events.filter((event) => event.kind === kind) as Extract<HistoryEvent, { kind: Kind }>[];
  }
}
