import { Outlet } from '@tanstack/react-router';
import { Contrast } from 'lucide-react';
import { BrandMark } from '../../app/brand-mark.tsx';
import { IconButton } from '../../components/button.tsx';
import { OfflineBar } from '../../components/states.tsx';
import { config } from '../../lib/config.ts';
import { toggleTheme } from '../../lib/theme.ts';

/** Around the pages that come before signing in. */
export default function Door() {
  const { stage, region } = config();
  return (
    <div className="flex min-h-dvh flex-col">
      <OfflineBar />
      <header className="flex h-12 items-center gap-2 px-4 text-14 font-semibold md:px-8">
        <BrandMark />
        <span>BrightRun</span>
        <IconButton label="Turn light or dark" className="ml-auto" onClick={toggleTheme}>
          <Contrast aria-hidden />
        </IconButton>
      </header>
      <main className="flex flex-1 justify-center px-4 pt-[8vh] pb-16">
        <div className="w-full max-w-[360px]">
          <Outlet />
        </div>
      </main>
      <footer className="px-4 py-3 text-11 text-ink-3 md:px-8">
        {stage} · {region}
      </footer>
    </div>
  );
}
