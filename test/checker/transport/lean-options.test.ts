import { expect, it } from '@jest/globals';
import got from 'got';
import { leanOptions } from '../../../src/checker/transport/lean-options.js';

it('spares a request of got all options of Node but the headers', async () => {
  const seen: string[][] = [];
  const stream = got.stream('http://127.0.0.1:9/', {
    hooks: leanOptions,
    headers: { 'x-own': 'value' },
    retry: { limit: 0 },
    request(_url, options) {
      seen.push(Object.keys(options), Object.keys(options.headers ?? {}));
      throw new Error('nothing is sent');
    },
  });
  await new Promise((resolve) => stream.once('error', resolve));
  expect(seen).toEqual([['headers'], expect.arrayContaining(['x-own'])]);
});
