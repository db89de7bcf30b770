/** A guard of the product, and how it is taken away: one place in one file, replaced by what a careless hand leaves. */
export interface Guard {
  /** What it holds, in words: the line of the report. */
  holds: string;
  /** Invariants and faults of docs/faults.md, as in `I1 F24`. */
  serves: string;
  /** From the repository's root. */
  file: string;
  /** Stands exactly once in the file. */
  find: string;
  replace: string;
  /** Test files, as jest's path patterns, of which one must turn red. */
  tests: string;
}

/** The text of a file without the guard. Throws where it is not there, or there twice: the list is then stale. */
export function without(text: string, guard: Guard): string {
  const places = text.split(guard.find).length - 1;
  if (places !== 1) {
    throw new Error(`${guard.file} has ${places} places that read ${JSON.stringify(guard.find)}.`);
  }
  return text.replace(guard.find, () => guard.replace);
}
