/** Runs a tool to its end and keeps what it said; it never outlives this process. */
import { spawn } from 'node:child_process';
import { REPOSITORY } from './folders.ts';

export interface ToolRun {
  command: string;
  arguments: string[];
  environment: Record<string, string | undefined>;
  /** The repository's root where it is left out. */
  folder?: string;
  onLine?: (line: string) => void;
  /** `inherit` shows it to the person as it comes; then `said` stays empty. */
  output?: 'kept' | 'inherit';
}

export interface ToolEnd {
  /** Null when a signal ended it or it could not be started; then `said` tells why. */
  code: number | null;
  /** The newest 100,000 characters of both outputs. */
  said: string;
}

export function runTool(run: ToolRun): Promise<ToolEnd> {
  return new Promise((resolve) => {
    const child = spawn(run.command, run.arguments, {
      cwd: run.folder ?? REPOSITORY,
      env: run.environment,
      stdio: run.output === 'inherit' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const listen = (chunk: Buffer) => {
      const text = chunk.toString('utf8');
      said = (said + text).slice(-100_000);
      for (const line of text.split('\n')) run.onLine?.(line);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    const end = (code: number | null, why = '') => {
      process.off('exit', stop);
      resolve({ code, said: said + why });
    };
    child.once('error', (error) => end(null, error.message));
    child.once('close', (code) => end(code));
  });
}
