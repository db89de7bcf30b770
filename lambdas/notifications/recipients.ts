import type { EmailChoices } from '../../contracts/account.ts';

/** Who gets which mails, and which were sent. */
export interface Recipients {
  /** Nothing for a disabled account. */
  get(owner: string): Promise<{ email: string; emailChoices: EmailChoices } | undefined>;
  wasSent(owner: string, notificationId: string, now: Date): Promise<boolean>;
  rememberSent(owner: string, notificationId: string, now: Date): Promise<void>;
}
