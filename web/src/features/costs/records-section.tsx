import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { listCostRecords } from '../../../../contracts/costs.ts';
import { Section } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { LinkAction } from '../../components/text-link.tsx';
import { pages } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { count } from '../../lib/format/numbers.ts';
import { clockSeconds, day, duration } from '../../lib/format/time.ts';
import { useCatalogNames } from '../training-jobs/use-catalog.ts';

/** The ledger itself, record by record: what the sums above are made of. Asked for when it is opened. */
export function RecordsSection({ month }: { month: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Section
      title="Records"
      note="one for each interval that was used, oldest first"
      aside={
        <LinkAction aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide them' : 'Show them'}
        </LinkAction>
      }
    >
      {open && <Records month={month} />}
    </Section>
  );
}

function Records({ month }: { month: string }) {
  const names = useCatalogNames();
  const list = useInfiniteQuery(pages(listCostRecords, { query: { month, limit: 50 } }));
  return (
    <>
      <PagedList
        list={list}
        what="records"
        quiet={{ rows: 3, columns: [16, 14, 8] }}
        nothing={<p className="py-4 text-ink-2">No record yet: the first comes with the first minute.</p>}
      >
        {(items) => (
          <Table caption="Cost records, oldest first">
            <thead>
              <tr>
                <Th>Job</Th>
                <Th>From – to</Th>
                <Th numeric>Attempt</Th>
                <Th className="pl-4">GPU</Th>
                <Th numeric>Time</Th>
                <Th numeric>Price an hour</Th>
                <Th numeric>Cost</Th>
              </tr>
            </thead>
            <tbody>
              {items.map((record) => (
                <tr key={`${record.jobId}/${record.attempt}/${record.sequence}`}>
                  <Td className="max-md:min-w-36">
                    <Link
                      to="/training-jobs/$jobId"
                      params={{ jobId: record.jobId }}
                      className="font-medium wrap-anywhere hover:underline"
                    >
                      {record.jobName}
                    </Link>
                  </Td>
                  <Td className="whitespace-nowrap text-ink-2">
                    {day(record.from)}, {clockSeconds(record.from)} – {clockSeconds(record.to)}
                  </Td>
                  <Td numeric>{count(record.attempt)}</Td>
                  <Td className="pl-4 whitespace-nowrap">{names.gpu(record.gpuType, record.gpuCount)}</Td>
                  <Td numeric>{duration(record.seconds)}</Td>
                  <Td numeric className="text-ink-2">
                    {money(record.usdMicrosPerHour)}
                  </Td>
                  <Td numeric className="font-medium">
                    {money(record.costUsdMicros)}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
    </>
  );
}
