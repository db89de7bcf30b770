/** A log as lines that can be judged: without colours, progress bars and Ray's advice. */

// oxlint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/g;
/** Ray lists what may have killed a worker; none of it is a finding. */
const GUESSES =
  /(There are some potential root causes|Some common causes include|This can happen if the node)[\s\S]*$/i;
const ADVICE = [
  /^\W*\(\d\) .*(OOM killer|ray stop|SIGSEGV)/i,
  /Refer to the documentation on how to address the out of memory issue/i,
  /Compile with `?TORCH_USE_CUDA_DSA/i,
  /CUDA kernel errors might be asynchronously reported/i,
  /^\W*For debugging consider passing/i,
];
/** Longer is no line for a person to read. */
const EVIDENCE_CHARACTERS = 500;

const isProse = (line: string): boolean => /[\p{L}]{2}/u.test(line);

export interface LogLine {
  /** As shown. */
  text: string;
  /** As judged. */
  judged: string;
  /** Something was warned of, not necessarily the end. */
  isWarning: boolean;
}

const isWarning = (line: string): boolean =>
  /\b(warn(ing)?|\w+Warning)\b/i.test(line) && !/\b(error|fatal|exception|fail(ed|ure)?)\b/i.test(line);

/** Lines in order. A carriage return starts a line: progress bars overwrite themselves. */
export function logLines(log: string): LogLine[] {
  return log
    .replaceAll(COLOURS, '')
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => isProse(line) && !ADVICE.some((advice) => advice.test(line)))
    .map((line) => ({
      text: line.slice(0, EVIDENCE_CHARACTERS),
      judged: line.replace(GUESSES, ''),
      isWarning: isWarning(line),
    }));
}

/** `some.module.NameError: words`, also behind a prefix such as `[rank0]:` or Ray's `(train pid=7)`. */
const EXCEPTION =
  /^(\S*\[[^\]]*\]:?\s*|\([^)]*\)\s*)*[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt|Failure)\b(\(.*\))?(:|$)/;
const ERROR_LIKE =
  /\b(error|fatal|exception|fail(ed|ure)?|killed|abort(ed)?|panic|denied|cannot|could not|unable to)\b/i;

/** Where no class is recognised: a traceback's last exception, else the last line that sounds like an error, else the last. */
export function likeliestLine(lines: readonly LogLine[]): string | undefined {
  const found =
    lines.findLast(({ judged }) => EXCEPTION.test(judged)) ??
    lines.findLast(({ judged, isWarning }) => !isWarning && ERROR_LIKE.test(judged)) ??
    lines.at(-1);
  return found?.text;
}
