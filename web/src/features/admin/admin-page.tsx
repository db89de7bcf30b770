import { Page } from '../../components/page.tsx';
import { EmptyState, QuietRows } from '../../components/states.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { AllJobs } from './all-jobs.tsx';
import { Changes } from './changes.tsx';
import { People } from './people.tsx';
import { PlatformBudgetSection } from './platform-budget.tsx';
import { useIsAdmin } from './use-is-admin.ts';

/** What everybody runs and spends, and the limits of it; for members of the group `admins`. */
export default function AdminPage() {
  const isAdmin = useIsAdmin();
  return (
    <Page
      title="Admin"
      lead={
        isAdmin
          ? 'What everybody runs and spends. Months are UTC. Each change is kept below with your name.'
          : undefined
      }
    >
      {isAdmin === undefined && <QuietRows rows={3} columns={[16, 12, 12]} label="Loading the page" />}
      {isAdmin === false && (
        <EmptyState title="Only admins see this page.">
          Ask whoever runs this installation to add you to the group <code>admins</code>, then sign in again.
          Your own jobs are <TextLink to="/training-jobs">here</TextLink>.
        </EmptyState>
      )}
      {isAdmin && (
        <>
          <PlatformBudgetSection />
          <People />
          <AllJobs />
          <Changes />
        </>
      )}
    </Page>
  );
}
