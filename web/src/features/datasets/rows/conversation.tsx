import clsx from 'clsx';
import { useState } from 'react';
import type { PreviewRow } from '../../../../../contracts/dataset-report.ts';
import { LinkAction } from '../../../components/text-link.tsx';
import { compact, count, counted } from '../../../lib/format/numbers.ts';
import { DataText } from '../data-text.tsx';
import { cutTurns, foldTurns, type SeenTurn } from './cut-turns.ts';

/** A row's turns. What stands in a dataset is shown as text, whatever it looks like. */
export function Conversation({ row, limit }: { row: PreviewRow; limit?: number | undefined }) {
  const [isWhole, setWhole] = useState(false);
  if (row.raw !== undefined) return <RawLine raw={row.raw} />;
  const turns = cutTurns(row, limit);
  const shared = turns.filter(({ message }) => !message.branch);
  const pair = turns.filter(({ message }) => message.branch);
  const { first, folded, last } = isWhole ? { first: shared, folded: [], last: [] } : foldTurns(shared);
  return (
    <div className="grid gap-2">
      <Turns turns={first} limit={limit} />
      {folded.length > 0 && <Folded turns={folded} onOpen={() => setWhole(true)} />}
      <Turns turns={last} limit={limit} />
      {pair.length > 0 && <Pair turns={pair} limit={limit} />}
      <p className="text-11 text-ink-3">
        <span aria-hidden className="mr-1.5 inline-block h-2.5 w-[3px] bg-accent" />
        Blue edge: the model learns to write these turns. The others are only read.
        {turns.some(({ tokens }) => tokens !== undefined) && ' Numbers are tokens.'}
      </p>
    </div>
  );
}

/** A line that is no row, as it stands in the file. */
function RawLine({ raw }: { raw: string }) {
  return (
    <div>
      <p className="mb-1.5 text-12 text-ink-3">This line is no row. As it stands in the file:</p>
      <pre
        tabIndex={0}
        aria-label="The line as it stands in the file"
        dir="auto"
        className="max-h-96 overflow-auto rounded-card bg-sunk px-3 py-2.5 text-12 wrap-anywhere whitespace-pre-wrap"
      >
        {raw === '' ? <span className="text-ink-3">(blank)</span> : <DataText text={raw} />}
      </pre>
    </div>
  );
}

function Turns({ turns, limit }: { turns: readonly SeenTurn[]; limit: number | undefined }) {
  // The cut is drawn once: in the first turn that it goes through.
  const cut = turns.findIndex(({ seenCharacters }) => seenCharacters !== undefined);
  return turns.map((turn, index) => (
    <Turn
      key={index}
      turn={turn}
      cutWords={index === cut && limit !== undefined ? cutWords(limit) : undefined}
    />
  ));
}

const cutWords = (limit: number) => `${count(limit)} tokens, the rest is cut`;

/** Preference: the two answers side by side, what is preferred first. */
function Pair({ turns, limit }: { turns: readonly SeenTurn[]; limit: number | undefined }) {
  const of = (branch: 'chosen' | 'rejected') => turns.filter(({ message }) => message.branch === branch);
  return (
    <div className="grid grid-cols-2 items-start gap-2 max-[26rem]:grid-cols-1">
      {(['chosen', 'rejected'] as const).map((branch) => (
        <section key={branch} aria-label={branch === 'chosen' ? 'Chosen answer' : 'Rejected answer'}>
          <p className={clsx('mb-1 text-12 font-medium', branch === 'chosen' ? 'text-ok' : 'text-bad')}>
            {branch === 'chosen' ? '✓ chosen' : '× rejected'}
          </p>
          <div className="grid gap-2">
            <Turns turns={of(branch)} limit={limit} />
          </div>
        </section>
      ))}
    </div>
  );
}

function Folded({ turns, onOpen }: { turns: readonly SeenTurn[]; onOpen: () => void }) {
  const tokens = turns.reduce((sum, turn) => sum + (turn.tokens ?? 0), 0);
  return (
    <div className="flex items-center gap-3 px-1.5 text-12 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      <LinkAction onClick={onOpen} title="Show them">
        {counted(turns.length, 'more turn')}
        {tokens > 0 && `, ${compact(tokens)} tokens`}
      </LinkAction>
    </div>
  );
}

function Turn({ turn, cutWords: words }: { turn: SeenTurn; cutWords: string | undefined }) {
  const { message, tokens, seenCharacters } = turn;
  const isPassedOver = message.role === 'assistant' && !message.learnt;
  return (
    <div
      className={clsx(
        'min-w-0 rounded-card px-3 py-2',
        message.role === 'system' && 'border border-dashed border-line-strong',
        message.role === 'tool' && 'mr-6 border border-line font-mono text-12',
        message.role !== 'system' && message.role !== 'tool' && !message.learnt && 'bg-sunk',
        message.role === 'user' && 'mr-6',
        message.learnt && 'rounded-l-none border-l-3 border-accent bg-accent-soft',
        message.role === 'assistant' && !message.branch && 'ml-6',
      )}
    >
      <p className="flex justify-between gap-3 font-sans text-11 text-ink-3">
        <span>
          {message.role}
          {message.learnt && <span className="sr-only">, learnt from</span>}
          {isPassedOver && ', not learnt'}
        </span>
        {tokens !== undefined && (
          <span>
            {count(tokens)}
            <span className="sr-only"> tokens</span>
          </span>
        )}
      </p>
      {message.content !== '' && <Content text={message.content} seen={seenCharacters} cutWords={words} />}
      {message.toolCalls?.map((call, index) => (
        <div key={index} className="mt-1.5 border-t border-line pt-1.5">
          <p className="text-11 text-ink-3">calls</p>
          <p dir="auto" className="font-mono text-12 wrap-anywhere whitespace-pre-wrap">
            <span className="font-semibold">
              <DataText text={call.name} />
            </span>
            (<DataText text={call.arguments} />)
          </p>
        </div>
      ))}
    </div>
  );
}

/** Characters of a turn that are shown before somebody asks for all of it. */
const LONG = 1_600;
const HEAD = 500;
const TAIL = 300;
const CUT_SHOWN = 220;

function Content({
  text,
  seen,
  cutWords: words,
}: {
  text: string;
  seen: number | undefined;
  cutWords: string | undefined;
}) {
  const [isWhole, setWhole] = useState(false);
  const kept = seen === undefined ? text : text.slice(0, seen);
  const gone = seen === undefined ? '' : text.slice(seen);
  const isFolded = !isWhole && (kept.length > LONG || gone.length > CUT_SHOWN * 2);
  return (
    <>
      {kept !== '' && (
        <Paragraph
          text={isFolded && kept.length > LONG ? `${kept.slice(0, HEAD)} … ${kept.slice(-TAIL)}` : kept}
        />
      )}
      {words && (
        <p className="my-1.5 flex items-center gap-2 font-sans text-11 font-semibold text-c2 before:w-3 before:border-t before:border-dashed before:border-c2 after:flex-1 after:border-t after:border-dashed after:border-c2">
          {words}
        </p>
      )}
      {gone !== '' && (
        <del className="block text-ink-3">
          <Paragraph text={isFolded && gone.length > CUT_SHOWN ? `${gone.slice(0, CUT_SHOWN)}…` : gone} />
        </del>
      )}
      {isFolded && (
        <LinkAction className="mt-0.5 font-sans text-12" onClick={() => setWhole(true)}>
          Show all {counted(text.length, 'character')}
        </LinkAction>
      )}
    </>
  );
}

function Paragraph({ text }: { text: string }) {
  return (
    <p dir="auto" className="wrap-anywhere whitespace-pre-wrap">
      <DataText text={text} />
    </p>
  );
}
