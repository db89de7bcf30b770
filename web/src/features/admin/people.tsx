import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { listUsersSpending, setUserCap, type UserSpending } from '../../../../contracts/admin.ts';
import { Button } from '../../components/button.tsx';
import { Section } from '../../components/page.tsx';
import { PagedList } from '../../components/paged-list.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { pages, useCall } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { AmountDialog } from './amount-dialog.tsx';
import { PersonName, personWords } from './person.tsx';

/** Everybody's month against what an admin allows them. */
export function People() {
  const [chosen, setChosen] = useState<UserSpending | null>(null);
  const list = useInfiniteQuery({
    ...pages(listUsersSpending, { query: { limit: 50 } }),
    refetchInterval: 30_000,
  });
  return (
    <Section title="People" note="this month against what each may spend">
      <PagedList
        list={list}
        what="people"
        quiet={{ rows: 3, columns: [20, 8, 8, 8] }}
        nothing={<p className="py-4 text-ink-2">Nobody has used this installation yet.</p>}
      >
        {(items) => (
          <Table caption="People, with this month against their cap">
            <thead>
              <tr>
                <Th>Person</Th>
                <Th numeric>Spent</Th>
                <Th numeric>Held</Th>
                <Th numeric>Free</Th>
                <Th numeric>Their budget</Th>
                <Th numeric>Cap</Th>
                <Th>
                  <span className="sr-only">Change</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {items.map((user) => (
                <tr key={user.owner}>
                  <Td className="max-md:min-w-36">
                    <PersonName owner={user.owner} email={user.email} />
                  </Td>
                  <Td numeric className="font-medium">
                    {money(user.budget.spentUsdMicros)}
                  </Td>
                  <Td numeric>{money(user.budget.heldUsdMicros)}</Td>
                  <Td numeric>{money(user.budget.freeUsdMicros)}</Td>
                  <Td numeric className="text-ink-2">
                    {money(user.budget.limitUsdMicros)}
                  </Td>
                  <Td numeric className="text-ink-2">
                    {money(user.capUsdMicros)}
                    <div className="text-12 text-ink-3">
                      {user.isCapSet ? 'set by an admin' : 'the stage’s'}
                    </div>
                  </Td>
                  <Td className="text-right">
                    <Button size="sm" onClick={() => setChosen(user)}>
                      Set cap…<span className="sr-only"> of {personWords(user)}</span>
                    </Button>
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </PagedList>
      {chosen && <CapDialog user={chosen} onClose={() => setChosen(null)} />}
    </Section>
  );
}

function CapDialog({ user, onClose }: { user: UserSpending; onClose: () => void }) {
  const change = useCall(setUserCap, { alsoStale: ['costs', 'account'], onSuccess: onClose });
  const { spentUsdMicros: spent, heldUsdMicros: held } = user.budget;
  return (
    <AmountDialog
      title={`Set the cap of ${personWords(user)}`}
      description="What this person may spend in a month at most. Their own budget holds below it, never above."
      label="Cap a month"
      initial={user.capUsdMicros}
      hint={(amount) =>
        amount === 0
          ? 'No new job of theirs starts; running ones keep what their cap holds.'
          : `${money(spent + held)} is spent or held this month; running jobs keep what their cap holds.`
      }
      busy={change.isPending}
      error={change.error}
      onSet={(capUsdMicros) => change.mutate({ path: { owner: user.owner }, body: { capUsdMicros } })}
      onClose={onClose}
    />
  );
}
