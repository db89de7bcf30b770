import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { makeStale } from '../../../lib/api.ts';
import type { UploadProblem } from './upload-problem.ts';

/** An upload as the page shows it. It lives outside the pages: leaving one does not end it. */
export interface Upload {
  id: string;
  name: string;
  bytes: number;
  sent: number;
  /** Bytes a second, once half a second has been seen. */
  pace: number | undefined;
  status: 'announcing' | 'sending' | 'paused' | 'completing' | 'done' | 'failed';
  /** Why it stands still. */
  problem?: UploadProblem | undefined;
  datasetId?: string;
  version?: number;
}

let uploads: readonly Upload[] = [];
const listeners = new Set<() => void>();

function set(next: readonly Upload[]): void {
  uploads = next;
  for (const listener of listeners) listener();
}

export const uploadWith = (id: string) => uploads.find((upload) => upload.id === id);
export const allUploads = () => uploads;
export const addUpload = (upload: Upload) => set([upload, ...uploads]);
export const removeUpload = (id: string) => set(uploads.filter((upload) => upload.id !== id));
export const changeUpload = (id: string, fields: Partial<Upload>) =>
  set(uploads.map((upload) => (upload.id === id ? { ...upload, ...fields } : upload)));

export const isActive = ({ status }: Upload) =>
  status === 'announcing' || status === 'sending' || status === 'completing';

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
  );
}

/** Acts once when an upload has been put together, however often it stood still before; then it is off the page. */
export function useWhenDone(upload: Upload | undefined, act: (upload: Upload) => void): void {
  const cache = useQueryClient();
  const finish = useEffectEvent(() => {
    if (upload?.status !== 'done') return;
    removeUpload(upload.id);
    void makeStale(cache, ['datasets']);
    act(upload);
  });
  const isDone = upload?.status === 'done';
  useEffect(() => {
    if (isDone) finish();
  }, [isDone]);
}

/** Whether this tab is sending the files of a version right now. */
export function useIsSending({ datasetId, version }: { datasetId: string; version: number }): boolean {
  return useUploads().some(
    (upload) => upload.datasetId === datasetId && upload.version === version && isActive(upload),
  );
}
