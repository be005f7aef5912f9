import { writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { command, start } from '../app/process.js';
import { useSite } from '../app/registry.js';

const site = useSite();

async function explained(name: string, content: string | Buffer) {
  const file = `${site().folder.path}/${name}`;
  writeFileSync(file, content);
  const { code, out, err } = await command(['explain', '--json', file]);
  return { code, err, ...(out === '' ? {} : (JSON.parse(out) as { readonly reason: string })) };
}

const refused = '{"error":{"code":"invalid_api_key"}}';
const entry = (status: number, text: string, url = 'https://example.com/') => ({
  request: { url, headers: [{ name: 'authorization', value: 'Bearer sk-proj-0123456789abcdefghij' }] },
  response: { status, headers: [], content: { text } },
});
const archive = (...entries: unknown[]): string => JSON.stringify({ log: { version: '1.2', entries } });

describe('modelpulse explain', () => {
  it('finds the failed entry of an archive that is longer than a reply may be', async () => {
    const pages = Array.from({ length: 30 }, () => entry(200, 'x'.repeat(100_000)));
    const text = archive(...pages, entry(401, refused, 'https://api.anthropic.com/v1/messages'), ...pages);
    expect(text.length).toBeGreaterThan(5_000_000);
    expect(await explained('page.har', text)).toMatchObject({
      ...{ code: 0, err: '', reason: 'auth_failed' },
    });
    const long = archive(
      ...pages,
      entry(401, `{"error":{"message":"${'Incorrect API key '.repeat(200_000)}"}}`),
    );
    expect(await explained('long.har', long)).toMatchObject({ code: 0, reason: 'auth_failed' });
  });

  it('has nothing to say of an archive without an answer', async () => {
    for (const text of [archive(), archive(null, 5, { response: null }, { response: { status: 0 } })])
      expect(await explained('none.har', text)).toEqual({ code: 1, err: 'there is nothing to explain\n' });
  });

  it('reads what PowerShell redirects, which is UTF-16', async () => {
    const text = Buffer.from(`\ufeffHTTP/1.1 401 Unauthorized\r\n\r\n${refused}`, 'utf16le');
    expect(await explained('little', text)).toMatchObject({ code: 0, reason: 'auth_failed' });
    expect(await explained('big', Buffer.from(text).swap16())).toMatchObject({ reason: 'auth_failed' });
  });

  it('says that it reads the beginning of a longer reply, and of input without end', async () => {
    const long = `HTTP/1.1 401 Unauthorized\n\n{"error":{"code":"invalid_api_key","message":"${'x'.repeat(2e6)}"}}`;
    const told = 'the reply is longer than 1 MiB: only its beginning is explained\n';
    expect(await explained('long', long)).toMatchObject({ code: 0, err: told, reason: 'auth_failed' });
    const endless = start(['explain'], {}, 'text');
    endless.child.stdin?.on('error', () => undefined);
    const more = Buffer.alloc(1024 * 1024, 'x ');
    const write = (): void => {
      while (endless.child.stdin?.write(more) === true);
    };
    endless.child.stdin?.on('drain', write);
    write();
    expect(await endless.ended).toBe(0);
    expect(endless.errors()).toBe(told);
  });
});
