/** Builds the pages when something they are made of is newer than the last build. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { REPOSITORY } from './folders.ts';
import { StartProblem } from './start-problem.ts';

export const PAGES = join(REPOSITORY, 'web', 'dist');
const SOURCES = ['web', 'contracts', 'package-lock.json'].map((name) => join(REPOSITORY, name));

/** Answers whether a build was needed. */
export async function buildPages(): Promise<boolean> {
  const built = join(PAGES, 'index.html');
  if (existsSync(built) && newest(SOURCES) < statSync(built).mtimeMs) return false;
  // A test's NODE_ENV would be taken over and give React's development build, three times the size.
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ root: join(REPOSITORY, 'web'), logLevel: 'error' });
  } catch (error) {
    throw new StartProblem(
      `The pages could not be built: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return true;
}

function newest(paths: string[]): number {
  return Math.max(
    0,
    ...paths.map((path) => {
      if (path === PAGES || path.endsWith('node_modules') || !existsSync(path)) return 0;
      const stat = statSync(path);
      return stat.isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : stat.mtimeMs;
    }),
  );
}
