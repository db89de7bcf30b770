import { useEffect } from 'react';
import { LinkButton } from '../components/button.tsx';
import { setCrumbs } from '../lib/crumbs.ts';
import { probablySignedIn } from '../lib/auth.ts';
import { Frame } from './frame.tsx';

/** An address that leads nowhere. */
export function NotFoundPage() {
  useEffect(() => {
    document.title = 'Nothing here · BrightRun';
    setCrumbs([{ label: 'Nothing here' }]);
  }, []);
  const inside = probablySignedIn();
  const words = (
    <div className="max-w-[640px] px-4 py-12 md:px-8">
      <h1 className="text-22 font-semibold">There is nothing at this address</h1>
      <p className="mt-2 text-ink-2">
        It has a typing error, or what was here has been deleted. Your datasets, jobs and models are in the
        lists.
      </p>
      <div className="mt-5 flex gap-2">
        <LinkButton to="/" variant="primary">
          Go to the dashboard
        </LinkButton>
      </div>
    </div>
  );
  return inside ? <Frame>{words}</Frame> : <main>{words}</main>;
}
