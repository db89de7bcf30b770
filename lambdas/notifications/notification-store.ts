import type { Notification, NotificationRecord } from '../../contracts/notifications.ts';

/** Where notifications lie. An expired row counts as absent in every read and every condition. */
export interface NotificationStore {
  /** Stores it unless it is there already; answers whether it was new. */
  deliver(record: NotificationRecord, now: Date): Promise<boolean>;
  list(
    owner: string,
    query: { status?: 'unread' | 'read' | undefined; limit: number; cursor?: string | undefined },
    now: Date,
  ): Promise<{ items: Notification[]; nextCursor?: string; unread: number }>;
  /** Answers nothing where there is none of this owner. */
  read(owner: string, id: string, now: Date): Promise<Notification | undefined>;
  readAll(owner: string, now: Date): Promise<void>;
}
