import type { TokenCount } from '../../../../contracts/dataset-versions.ts';
import { CopyId } from '../../components/copy.tsx';
import { Facts } from '../../components/page.tsx';
import { bytes, compact, count, percent } from '../../lib/format/numbers.ts';
import { FORMAT_WORDS, sourceWords, type CheckedVersion } from './dataset-words.ts';
import { METHOD_WORDS } from './length/row-length.tsx';

/** Share of rows a job holds back where the version brings no validation file: the presets' own figure. */
const HELD_OUT = 0.1;

/** The figures of a version in one line. */
export function VersionFacts({
  version,
  tokens,
}: {
  version: CheckedVersion;
  tokens: TokenCount | undefined;
}) {
  const { summary, files } = version;
  const fact = (label: string, value: string, note?: string) => ({
    label,
    value: (
      <>
        {value}
        {note && <small className="ml-1.5 text-12 font-normal text-ink-3">{note}</small>}
      </>
    ),
  });
  const held =
    summary.validationRows > 0
      ? fact('Held out', count(summary.validationRows), 'rows, a file of their own')
      : summary.usableRows > 0
        ? fact('Held out', percent(HELD_OUT), 'by each job')
        : undefined;
  return (
    <Facts
      facts={[
        fact(
          'Rows',
          count(summary.rows),
          summary.usableRows < summary.rows ? `${count(summary.usableRows)} usable` : undefined,
        ),
        fact('Format', summary.format ? FORMAT_WORDS[summary.format] : 'not known', sourceWords(version)),
        ...(tokens
          ? [
              fact('Tokens', compact(tokens.total), `${tokens.tokenizer}, ${METHOD_WORDS[tokens.method]}`),
              fact(
                'Learnt from',
                compact(tokens.trained),
                `tokens, ${percent(tokens.trained / Math.max(1, tokens.total))}`,
              ),
              tokens.median === undefined
                ? fact('Longest row', count(tokens.longestRow), 'tokens')
                : fact('Median row', count(tokens.median), `tokens, longest ${count(tokens.longestRow)}`),
            ]
          : []),
        ...(held ? [held] : []),
        fact('Size', bytes(files.data.bytes), files.source && `${bytes(files.source.bytes)} uploaded`),
        { label: 'SHA-256', value: <CopyId id={files.data.sha256} what="SHA-256" /> },
      ]}
    />
  );
}
