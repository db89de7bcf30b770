import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  changeSettings,
  getSettings,
  type EmailChoices,
  type Settings,
} from '../../../../contracts/account.ts';
import { Button } from '../../components/button.tsx';
import { Segmented, Switch } from '../../components/choice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ErrorState, QuietRows } from '../../components/states.tsx';
import { query, useCall } from '../../lib/api.ts';
import { signOut } from '../../lib/auth.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { setShortcuts, useShortcutsOn } from '../../lib/shortcuts.ts';
import { setTheme, useTheme } from '../../lib/theme.ts';
import { BudgetForm } from './budget-form.tsx';

/** What belongs to the person: e-mails, the month's budget; and to this browser: theme and keys. */
export default function SettingsPage() {
  const settings = useQuery(query(getSettings, {}));
  const navigate = useNavigate();
  const cache = useQueryClient();
  return (
    <Page
      title="Settings"
      lead={settings.data && `Signed in as ${settings.data.email}.`}
      actions={
        <Button
          onClick={async () => {
            await signOut();
            cache.clear();
            await navigate({ to: '/sign-in' });
          }}
        >
          Sign out
        </Button>
      }
    >
      <div className="max-w-[640px]">
        {settings.isError && !settings.data && (
          <ErrorState
            error={settings.error}
            title="Your settings couldn’t be loaded."
            onRetry={() => void settings.refetch()}
          />
        )}
        {settings.isPending && <QuietRows rows={4} columns={[30, 6]} label="Loading your settings" />}
        {settings.data && (
          <>
            <Section title="Budget" note="for your jobs, each calendar month (UTC)">
              <BudgetForm key={settings.data.monthlyBudgetUsdMicros} settings={settings.data} />
            </Section>
            <EmailSection settings={settings.data} />
          </>
        )}
        <BrowserSection />
      </div>
    </Page>
  );
}

const EMAILS: readonly { choice: keyof EmailChoices; label: string; hint: string }[] = [
  {
    choice: 'datasets',
    label: 'A dataset has been checked',
    hint: 'Ready, rejected, or the check itself failed.',
  },
  {
    choice: 'jobsStarted',
    label: 'A job starts',
    hint: 'When its GPU begins, and when an attempt is resumed.',
  },
  {
    choice: 'jobsEnded',
    label: 'A job ends, or its curve goes wrong',
    hint: 'With a model, at its cap, failed or cancelled; and when its loss stands still, climbs, or learns rows by heart.',
  },
];

function EmailSection({ settings }: { settings: Settings }) {
  const change = useCall(changeSettings);
  const offline = useOfflineReason();
  // What was just switched is shown at once; a refusal switches it back and says why.
  const asked = change.isPending ? change.variables.body?.emailChoices : undefined;
  return (
    <Section title="E-mails" note={`to ${settings.email}; what happens stays in Notifications either way`}>
      <div className="divide-y divide-line">
        {EMAILS.map(({ choice, label, hint }) => (
          <Switch
            key={choice}
            label={label}
            hint={hint}
            checked={asked?.[choice] ?? settings.emailChoices[choice]}
            disabled={offline !== undefined}
            onCheckedChange={(on) => change.mutate({ body: { emailChoices: { [choice]: on } } })}
          />
        ))}
      </div>
      {change.isError && <ErrorState error={change.error} title="That choice wasn’t stored." />}
    </Section>
  );
}

function BrowserSection() {
  const theme = useTheme();
  const shortcutsOn = useShortcutsOn();
  return (
    <Section title="This browser">
      <div className="divide-y divide-line">
        <div className="flex flex-wrap items-center justify-between gap-3 py-3">
          <span className="font-medium">Light or dark</span>
          <Segmented
            label="Light or dark"
            value={theme}
            onValueChange={setTheme}
            options={[
              { value: 'system', label: 'As the system' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </div>
        <Switch
          label="Single keys"
          hint="g then d goes to the dashboard, n makes a job, ? lists all of them."
          checked={shortcutsOn}
          onCheckedChange={setShortcuts}
        />
      </div>
    </Section>
  );
}
