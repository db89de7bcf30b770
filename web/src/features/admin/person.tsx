import { CopyId } from '../../components/copy.tsx';

/** Whose it is: the address, or the account's id until they have used the pages once. */
export function PersonName({ owner, email }: { owner: string; email?: string | undefined }) {
  return email === undefined ? (
    <CopyId id={owner} what="id of the account" />
  ) : (
    <span className="wrap-anywhere">{email}</span>
  );
}

/** The same in plain text, for titles and buttons. */
export function personWords({ owner, email }: { owner: string; email?: string | undefined }): string {
  return email ?? `account ${owner.slice(0, 8)}…`;
}
