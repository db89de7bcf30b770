import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, LogOut, SlidersHorizontal } from 'lucide-react';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../components/menu.tsx';
import { signedInEmail, signOut } from '../lib/auth.ts';

/** Who is signed in, at the foot of the rail; the way to the settings and out. */
export default function AccountMenu() {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const { data: email } = useQuery({
    queryKey: ['signed-in-email'],
    queryFn: async () => (await signedInEmail()) ?? null,
    staleTime: Infinity,
  });
  const name = email?.split('@')[0] ?? '';
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex w-full min-w-0 items-center gap-2 rounded-control px-2 py-1.5 text-left hover:bg-ink/5 max-lg:justify-center max-lg:px-0"
        >
          <span
            aria-hidden
            className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-11 font-semibold text-accent uppercase"
          >
            {name.slice(0, 2)}
          </span>
          <span className="sr-only">Account of </span>
          <span className="min-w-0 flex-1 max-lg:sr-only">
            <span className="block truncate leading-[15px] font-medium">{name}</span>
            <span className="block truncate text-11 leading-[14px] text-ink-3">{email?.split('@')[1]}</span>
          </span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-3 max-lg:hidden" />
        </button>
      }
    >
      {email && <MenuLabel>{email}</MenuLabel>}
      <MenuItem asChild>
        <Link to="/settings">
          <SlidersHorizontal aria-hidden className="size-4 text-ink-3" />
          Settings
        </Link>
      </MenuItem>
      <MenuLine />
      <MenuItem
        onSelect={async () => {
          await signOut();
          cache.clear();
          await navigate({ to: '/sign-in' });
        }}
      >
        <LogOut aria-hidden className="size-4 text-ink-3" />
        Sign out
      </MenuItem>
    </Menu>
  );
}
