import { Fragment } from 'react';
import type { Model } from '../../../../contracts/models.ts';
import { CopyButton, CopyId } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { bytes, counted } from '../../lib/format/numbers.ts';
import { formatLabel } from '../training-jobs/model-formats.ts';
import { proofSentence } from './check-words.ts';
import { DownloadOne } from './downloads.tsx';
import { checksumFile, fileWords } from './model-words.ts';

/** More than an hour of a line of 12 Mbit/s, which is what one address is made for (contracts/limits.ts). */
const LARGE_BYTES = 5e9;

/** What was published, with the checksums it was verified by. */
export function FilesSection({ model }: { model: Model }) {
  const available = model.status === 'available';
  const proof = proofSentence(model);
  return (
    <Section
      title="Files"
      note={`${formatLabel(model.format)}: ${counted(model.files.length, 'file')}, ${bytes(model.totalBytes)}, each checked after upload`}
      aside={<CopyButton text={checksumFile(model.files)} label="Copy checksums" />}
    >
      <Table caption="Files of the model">
        <thead>
          <tr>
            <Th>File</Th>
            <Th numeric>Size</Th>
            <Th>SHA-256</Th>
            <Th>What it is</Th>
            {available && (
              <Th>
                <span className="sr-only">Download</span>
              </Th>
            )}
          </tr>
        </thead>
        <tbody>
          {model.files.map((file) => (
            <tr key={file.path}>
              <Td className="font-mono text-12 wrap-anywhere max-md:min-w-36">
                <Path of={file.path} />
              </Td>
              <Td numeric>{bytes(file.bytes)}</Td>
              <Td className="!py-1.5">
                <CopyId id={file.sha256} what={`SHA-256 of ${file.path}`} />
              </Td>
              <Td className="text-ink-2">{fileWords(file.path, model)}</Td>
              {available && (
                <Td numeric className="!py-0.5">
                  <DownloadOne model={model} file={file} />
                </Td>
              )}
            </tr>
          ))}
        </tbody>
      </Table>
      {proof && <p className="mt-3 text-12 text-ink-2">{proof}</p>}
      {available && model.totalBytes > LARGE_BYTES && (
        <p className="mt-1.5 text-12 text-ink-2">
          An address is good for an hour, so fetch large files one by one, or ask the API for each when its
          turn comes.
        </p>
      )}
    </Section>
  );
}

/** On a phone it breaks after its folder and before its ending, not in the middle of a word. */
function Path({ of }: { of: string }) {
  return of.split(/(?<=\/)|(?=\.)/).map((part) => (
    <Fragment key={part}>
      <wbr />
      {part}
    </Fragment>
  ));
}
