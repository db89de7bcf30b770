/** What is wrong inside a Parquet file, before it is known in which row group and column. */
export class ParquetDamage extends Error {
  readonly isTooLarge: boolean;
  constructor(what: string, isTooLarge = false) {
    super(what);
    this.name = 'ParquetDamage';
    this.isTooLarge = isTooLarge;
  }
}

/** What the source itself failed with, carried past everything that takes an error for the file's damage. */
export class SourceFailure extends Error {
  constructor(cause: unknown) {
    super('the source failed', { cause });
    this.name = 'SourceFailure';
  }
}
