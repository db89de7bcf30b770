/** Before the first test of this layer, and only then. */
import { execFileSync } from 'node:child_process';

export default function synthesizeOnce() {
  execFileSync('node_modules/.bin/node', ['--no-warnings', 'test/infrastructure/synthesize.ts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
