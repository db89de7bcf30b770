import { Button } from '../../../components/button.tsx';
import { ProgressBar } from '../../../components/progress-bar.tsx';
import { Notice } from '../../../components/notice.tsx';
import { useOnline } from '../../../lib/online.ts';
import { bytes, percent } from '../../../lib/format/numbers.ts';
import { aboutDuration } from '../../../lib/format/time.ts';
import { secondsLeft } from './pace.ts';
import type { Upload } from './upload-store.ts';
import { cancelUpload, pauseUpload, resumeUpload } from './uploads.ts';

/** One upload: how far, how fast, how long still; pause, go on, cancel. */
export function UploadProgress({ upload }: { upload: Upload }) {
  const { online } = useOnline();
  const share = upload.bytes === 0 ? 1 : upload.sent / upload.bytes;
  return (
    <div className="grid gap-2">
      <div className="flex items-baseline gap-3">
        <span className="min-w-0 flex-1 truncate font-medium">
          {upload.name}
          {upload.version !== undefined && upload.version > 1 && (
            <span className="ml-1.5 text-12 font-normal text-ink-3">v{upload.version}</span>
          )}
        </span>
        <span className="text-12 text-ink-3">
          {bytes(upload.sent)} of {bytes(upload.bytes)}
        </span>
      </div>
      <ProgressBar
        share={upload.status === 'announcing' || upload.status === 'completing' ? null : share}
        label={`Upload of ${upload.name}`}
        tone={upload.status === 'failed' ? 'bad' : upload.status === 'paused' ? 'mute' : 'accent'}
      />
      {upload.status === 'failed' && upload.problem && (
        <Notice tone="bad" title="The upload stopped.">
          {upload.problem.words}
          {upload.problem.requestId && (
            <span className="block text-11 text-ink-3">request {upload.problem.requestId}</span>
          )}
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-0 flex-1 text-12 text-ink-2" aria-live="polite">
          {wordsOf(upload, share, online)}
        </p>
        {upload.status === 'sending' && (
          <Button size="sm" onClick={() => pauseUpload(upload.id)}>
            Pause
          </Button>
        )}
        {(upload.status === 'paused' || upload.status === 'failed') && (
          <Button
            size="sm"
            onClick={() => resumeUpload(upload.id)}
            disabledReason={online ? undefined : 'You are offline. What has arrived is kept.'}
          >
            Go on
          </Button>
        )}
        {upload.status !== 'completing' && upload.status !== 'done' && (
          <Button size="sm" variant="danger" onClick={() => void cancelUpload(upload.id)}>
            Cancel
          </Button>
        )}
      </div>
    </div>
  );
}

function wordsOf(upload: Upload, share: number, online: boolean): string {
  if (!online && (upload.status === 'sending' || (upload.status === 'failed' && upload.problem?.isNetwork)))
    return `Offline at ${percent(share)}. It goes on by itself when the network is back.`;
  switch (upload.status) {
    case 'announcing':
      return 'Asking where to send it.';
    case 'sending': {
      // Rounded to tens, so that a screen reader isn't told every hundredth.
      const left = secondsLeft(upload.bytes, upload.sent, upload.pace);
      const pace = upload.pace === undefined ? '' : `, ${bytes(upload.pace)} a second`;
      return `${percent(share)}${pace}${left === undefined ? '' : `, ${aboutDuration(left)} left`}`;
    }
    case 'paused':
      return `Paused at ${percent(share)}. Nothing is lost.`;
    case 'completing':
      return 'All sent. Putting the parts together.';
    case 'done':
      return 'Sent. It is being checked.';
    case 'failed':
      return `Stopped at ${percent(share)}. What has arrived is kept for 48 hours.`;
  }
}
