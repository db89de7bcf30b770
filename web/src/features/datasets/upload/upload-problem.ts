import type { UploadPlan } from '../../../../../contracts/dataset-versions.ts';
import { describeError, isApiError, isTransient } from '../../../lib/describe-error.ts';
import { FileChanged, PartRefused } from './send-parts.ts';

/** Why an upload stands still: one sentence, and the request id where the API said no. */
export interface UploadProblem {
  words: string;
  requestId: string | undefined;
  /** Whether it was the network: then it goes on by itself once that is back. */
  isNetwork: boolean;
}

/** The file in hand is not the one that was begun. */
export class OtherFile extends Error {
  readonly file: UploadPlan['file'];
  constructor(file: UploadPlan['file']) {
    super('another file');
    this.name = 'OtherFile';
    this.file = file;
  }
}

export function problemOf(error: unknown): UploadProblem {
  const of = (words: string) => ({ words, requestId: undefined, isNetwork: false });
  if (error instanceof FileChanged) {
    return of('The file was changed or moved since you chose it. Choose it again.');
  }
  if (error instanceof OtherFile) {
    const which = error.file === 'data' ? 'file' : 'validation file';
    return of(`This is not the ${which} that was begun: its size differs.`);
  }
  if (error instanceof PartRefused) {
    if (error.status === 400) return of('The file changed while it was being sent. Choose it again.');
    return {
      ...of('The storage does not answer. What has arrived is kept; go on when the network is back.'),
      isNetwork: error.status === 0,
    };
  }
  const { title, sentence, requestId } = describeError(error);
  return {
    words: isApiError(error) ? `${title} ${sentence}` : sentence,
    requestId,
    isNetwork: isTransient(error),
  };
}
