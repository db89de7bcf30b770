import clsx from 'clsx';

/** A bar from 0 to 1; null while the end isn't known yet (it pulses, and claims no share). `label` is read aloud. */
export function ProgressBar({
  share,
  label,
  tone = 'accent',
  className,
}: {
  share: number | null;
  label: string;
  tone?: 'accent' | 'ok' | 'bad' | 'mute';
  className?: string;
}) {
  const percent = share === null ? null : Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { 'aria-valuenow': Math.round(percent) })}
      className={clsx('h-1.5 w-full overflow-hidden rounded-mark bg-line', className)}
    >
      <div
        className={clsx(
          'h-full rounded-mark transition-[width] duration-200',
          { accent: 'bg-accent', ok: 'bg-ok', bad: 'bg-bad', mute: 'bg-control' }[tone],
          percent === null && 'motion-safe:animate-[quiet_2.4s_ease-in-out_infinite]',
        )}
        style={{ width: percent === null ? '100%' : `${percent}%`, opacity: percent === null ? 0.35 : 1 }}
      />
    </div>
  );
}
