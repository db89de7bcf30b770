import { describe, expect, test } from '@jest/globals';
import { findPython, requireDisk, requireNode, requireSystem } from '../../local/prerequisites.ts';
import { explain } from '../../local/python-environment.ts';

const INSTALLED = (versions: Record<string, string>) => (command: string) => versions[command];

describe('a machine that lacks something is told what, in one sentence', () => {
  test('no Python', () => {
    expect(() => findPython(() => undefined)).toThrow('Python is not installed: install Python 3.11 to 3.14');
  });

  test('a Python that is too old', () => {
    expect(() => findPython(INSTALLED({ python3: '3.9.2' }))).toThrow(
      'Python 3.9.2 is not among 3.11 to 3.14',
    );
  });

  test('an old Python is passed over for a newer one beside it', () => {
    const python = findPython(INSTALLED({ python3: '3.10.12', 'python3.12': '3.12.3' }));
    expect(python).toEqual({ command: 'python3.12', version: '3.12.3' });
  });

  test('Node without type stripping', () => {
    expect(() => requireNode('20.20.2')).toThrow('run `npm ci` and then `npm start`');
    expect(() => requireNode('24.21.0')).not.toThrow();
  });

  test('no disk, with less needed once everything is installed', () => {
    expect(() => requireDisk('.', true, 2e9)).toThrow('has 2.0 GB free; the first start needs 2.5 GB');
    expect(() => requireDisk('.', false, 2e9)).not.toThrow();
  });

  test('Windows', () => {
    expect(() => requireSystem('win32')).toThrow('start it inside WSL');
  });

  test.each([
    ['error: Failed to fetch: tcp connect error: Connection refused (os error 111)', 'does not answer'],
    ['WARNING: Retrying … NewConnectionError: Temporary failure in name resolution', 'does not answer'],
    [
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE',
      'differs from the one in the lock',
    ],
    ['OSError: [Errno 28] No space left on device', 'The disk is full'],
    ['The virtual environment was not created: ensurepip is not available', 'python3-venv'],
  ])('an installation that fails with “%s”', (said, sentence) => {
    expect(explain(said).message).toContain(sentence);
    expect(explain(said).message.split('\n')).toHaveLength(1);
  });
});
