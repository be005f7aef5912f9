import { expect, it } from '@jest/globals';
import { acceptedEncoding } from '../../src/http/accepted-encoding.js';
import { member, samplePage, startSite } from './sample-page.js';

it.each([
  ['gzip', 'gzip'],
  ['br, gzip', 'br'],
  ['GZIP;q=0.5, deflate', 'gzip'],
  ['gzip;q=0', null],
  ['identity, gzip ; q=0.000', null],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['*;q=0', null],
  ['br;q=0, *', 'gzip'],
  ['not-gzip, gzip-not, gzip;level=9', null],
  ['', null],
  [undefined, null],
])('%s allows %s', (header, coding) => {
  expect(acceptedEncoding(header, ['br', 'gzip'])).toBe(coding);
});

it('a page, a public page, its JSON and a file are packed only in a way that the reader allows', async () => {
  const views = Array.from({ length: 20 }, (_, index) => member(`gold-${index}`, index + 1));
  const { ask } = await startSite({ pages: [samplePage()], views });
  const file = /\/assets\/[^"]+\.css/.exec((await ask('/')).text)?.[0] ?? '';
  const packing = async (path: string, accepted: string) =>
    (await ask(path, { headers: { 'accept-encoding': accepted } })).headers.get('content-encoding');
  for (const path of ['/', '/status', '/status/api/v2/summary.json', file]) {
    expect([path, await packing(path, 'gzip')]).toEqual([path, 'gzip']);
    expect([path, await packing(path, 'identity, gzip;q=0')]).toEqual([path, null]);
  }
  expect(await packing(file, 'br;q=0, gzip')).toBe('gzip');
  expect(await packing(file, 'br, gzip')).toBe('br');
});
