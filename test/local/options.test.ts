import { describe, expect, test } from '@jest/globals';
import { readOptions } from '../../local/options.ts';

describe('what npm start can be told', () => {
  test('a flag wins over the environment', () => {
    const options = readOptions(['--port', '5000'], {
      BRIGHTRUN_PORT: '6000',
      BRIGHTRUN_CLUSTER_PORT: '7000',
    });
    expect(options).toMatchObject({ port: 5000, clusterPort: 7000 });
  });

  test('the journey takes any free port and serves no pages, so that it runs beside a running copy', () => {
    expect(readOptions(['--once'], {})).toMatchObject({ once: true, port: 0, pages: false, firstJob: false });
  });

  test.each([
    [['--port', 'eighty'], '--port is a number from 0 to 65535, not "eighty".'],
    [['--port', '70000'], '--port is a number from 0 to 65535, not "70000".'],
    [['--wait-scale', '2'], '--wait-scale is a number from 0 to 1, not "2".'],
    [['--nope'], "Unknown option '--nope'"],
  ])('%j is refused in a sentence', (parameters, sentence) => {
    expect(() => readOptions(parameters, {})).toThrow(sentence);
  });
});
