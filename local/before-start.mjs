/** Plain JavaScript, so that a Node too old to read TypeScript still answers with a sentence. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const installed = existsSync(fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url)));
const [major = 0] = process.versions.node.split('.').map(Number);
if (!installed || major < 24) {
  process.stderr.write(
    installed
      ? `\n  This is Node ${process.versions.node}; the one that npm ci installed is newer. Start with "npm start".\n\n`
      : '\n  The packages are not installed yet. Run "npm ci" first, then "npm start".\n\n',
  );
  process.exit(1);
}
