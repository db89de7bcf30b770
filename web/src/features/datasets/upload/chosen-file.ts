import { refuseFile } from './file-check.ts';
import { columnsOfFile } from './table-head.ts';

/** A file that somebody chose, with what can be said of it before anything is sent. */
export interface ChosenFile {
  file: File;
  /** Why it is not sent. */
  problem: string | undefined;
  /** Of a table: its columns. */
  columns: string[] | undefined;
}

export async function chosenFile(file: File, role: 'data' | 'validation'): Promise<ChosenFile> {
  const problem = await refuseFile(file, role);
  return { file, problem, columns: problem === undefined ? await columnsOfFile(file) : undefined };
}
