/** Why nothing could be checked: one sentence for whoever asked. */
export class UnreadableProblem extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'UnreadableProblem';
  }

  /** Undefined for what is no fault of the file or of the options. */
  static of(error: unknown): UnreadableProblem | undefined {
    if (error instanceof UnreadableProblem) return error;
    const { code, path } = (error instanceof Error ? error : {}) as NodeJS.ErrnoException;
    const reason = code === undefined ? undefined : REASONS[code];
    return reason === undefined ? undefined : new UnreadableProblem(reason(path ?? 'The file'));
  }
}

const REASONS: Record<string, (path: string) => string> = {
  ENOENT: (path) => `${path} does not exist.`,
  ENOTDIR: (path) => `${path} does not exist.`,
  EACCES: (path) => `${path} may not be read by you.`,
  EPERM: (path) => `${path} may not be read by you.`,
  EISDIR: (path) => `${path} is a folder: name the file.`,
  ELOOP: (path) => `${path} is a link that leads to itself.`,
  ENAMETOOLONG: () => 'The name of the file is longer than a name may be.',
  EIO: (path) => `${path} could not be read: its disk does not answer.`,
  ENOSPC: () => 'There is no room for the rows that the file is unpacked to: free some, or set TMPDIR.',
};
