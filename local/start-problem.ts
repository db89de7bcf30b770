/** What keeps a start from going on, in one sentence for the person who typed the command; printed without a stack. */
export class StartProblem extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'StartProblem';
  }
}
