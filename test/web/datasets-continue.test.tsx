import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';

const kept = jest.fn<() => Promise<unknown>>();
const opened = jest.fn<() => Promise<unknown>>();
const continued = jest.fn();
jest.unstable_mockModule('../../web/src/features/datasets/upload/file-handles.ts', () => ({
  keptHandle: kept,
  openHandle: opened,
  canPick: () => false,
  pickFile: async () => undefined,
  droppedFile: async () => undefined,
}));
jest.unstable_mockModule('../../web/src/features/datasets/upload/uploads.ts', () => ({
  continueUpload: continued,
  pauseUpload: () => undefined,
  resumeUpload: () => undefined,
  cancelUpload: () => undefined,
}));
const { ContinueUpload } = await import('../../web/src/features/datasets/upload/continue-upload.tsx');

const PATIENCE = { timeout: 15_000 };
jest.setTimeout(60_000);
const at = '2026-11-23T12:00:00.000Z';
const id = 'ds_01M84H2MQ0S1HM9ZFZ32W1BV6W';
const show = () =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ContinueUpload
        dataset={{ id, name: 'replies', latestVersion: 2, status: 'active', createdAt: at, updatedAt: at }}
        version={{
          datasetId: id,
          version: 2,
          status: 'uploading',
          declaredBytes: 10,
          createdAt: at,
          updatedAt: at,
          uploadEndsAt: at,
        }}
      />
    </QueryClientProvider>,
  );
beforeEach(() => {
  continued.mockReset();
  kept.mockResolvedValue({ name: 'replies.jsonl' });
});
afterEach(cleanup);

describe('an upload that a reload interrupted', () => {
  test('goes on with the file that the browser remembers, without choosing it again', async () => {
    const file = { size: 10 };
    opened.mockResolvedValue(file);
    show();
    fireEvent.click(await screen.findByRole('button', { name: 'Go on with replies.jsonl' }, PATIENCE));
    await waitFor(() => expect(continued).toHaveBeenCalledTimes(1), PATIENCE);
    expect(continued.mock.calls[0]).toEqual([
      { datasetId: id, version: 2, name: 'replies', isAlone: false },
      { data: file },
    ]);
  });

  test('asks for the file where it is another one by now, or may not be read', async () => {
    opened.mockResolvedValue({ size: 11 });
    show();
    fireEvent.click(await screen.findByRole('button', { name: 'Go on with replies.jsonl' }, PATIENCE));
    expect(await screen.findByText(/Choose it below/, undefined, PATIENCE)).toBeTruthy();
    expect(continued).not.toHaveBeenCalled();
  });

  test('asks for the file where the browser remembers nothing', async () => {
    kept.mockResolvedValue(undefined);
    show();
    expect(screen.getByText('Drop the same file here, or choose it')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /^Go on with replies/ })).toBeNull();
  });
});
