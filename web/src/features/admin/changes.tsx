import { useInfiniteQuery } from '@tanstack/react-query';
import { listAdminChanges, type AdminChange } from '../../../../contracts/admin.ts';
import { CopyId } from '../../components/copy.tsx';
import { Section } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { pages } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { when } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';

const ACTIONS: Record<AdminChange['action'], string> = {
  'set-platform-budget': 'Everybody’s budget',
  'set-user-cap': 'A person’s cap',
  'stop-job': 'A job was stopped',
};

/** What admins have changed, newest first. */
export function Changes() {
  const now = useNow(60_000);
  const list = useInfiniteQuery(pages(listAdminChanges, { query: { limit: 20 } }));
  return (
    <Section title="What admins changed" note="kept for good">
      <PagedList
        list={list}
        what="changes"
        quiet={{ rows: 2, columns: [12, 20, 20] }}
        nothing={<p className="py-4 text-ink-2">Nothing has been changed.</p>}
      >
        {(items) => (
          <Table caption="What admins changed, newest first">
            <thead>
              <tr>
                <Th>When</Th>
                <Th>Admin</Th>
                <Th>What</Th>
                <Th>From – to</Th>
                <Th>Of</Th>
              </tr>
            </thead>
            <tbody>
              {items.map((change) => (
                <tr key={change.id}>
                  <Td className="whitespace-nowrap text-ink-2">{when(change.at, now)}</Td>
                  <Td className="wrap-anywhere max-md:min-w-36">{change.by}</Td>
                  <Td className="max-md:min-w-36">
                    {ACTIONS[change.action]}
                    {change.reason && <div className="text-12 wrap-anywhere text-ink-3">{change.reason}</div>}
                  </Td>
                  <Td className="whitespace-nowrap">{moneyWords(change)}</Td>
                  <Td>
                    {(change.jobId ?? change.owner) && (
                      <CopyId
                        id={change.jobId ?? change.owner ?? ''}
                        what={change.jobId ? 'id of the job' : 'id of the account'}
                      />
                    )}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
    </Section>
  );
}

function moneyWords({ beforeUsdMicros, afterUsdMicros }: AdminChange): string {
  if (afterUsdMicros === undefined) return '–';
  return `${beforeUsdMicros === undefined ? 'the stage’s' : money(beforeUsdMicros)} – ${money(afterUsdMicros)}`;
}
