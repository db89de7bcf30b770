import type { ReactNode } from 'react';
import { useIsAdmin } from '../features/admin/use-is-admin.ts';

/** Shows the way to the admin's page to those who may go it. */
export default function AdminLink({ children }: { children: ReactNode }) {
  return useIsAdmin() === true ? children : null;
}
