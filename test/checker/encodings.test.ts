import { describe, expect, it } from '@jest/globals';
import { textOf } from '../../src/checker/verdict/content.js';
import { modelAt } from './model.js';
import { checkOnce, withServer } from './probing.js';
import { completion, listenHttp } from './server.js';

/** "账户余额不足" (the balance of the account is not sufficient) in GBK. */
const gbk = Buffer.from('d5cbbba7d3e0b6eeb2bbd7e3', 'hex');
const inGbk = Buffer.concat([Buffer.from('{"error":{"message":"'), gbk, Buffer.from('"}}')]);
const good = completion('New Delhi');

function big(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

const check = (status: number, type: string, body: Buffer) =>
  withServer(
    listenHttp((_request, response) => response.writeHead(status, { 'content-type': type }).end(body)),
    (port) => checkOnce(modelAt(`http://127.0.0.1:${port}/v1`)),
  );

describe('reply in another encoding', () => {
  it.each([
    ['GBK', 'application/json; charset=gbk', inGbk],
    ['GB18030 in quotes', 'application/json;charset="GB18030"', inGbk],
  ])('an error in %s is read for its words', async (_name, type, body) => {
    expect(await check(400, type, body)).toMatchObject({
      reason: 'quota_exhausted',
      detail: '账户余额不足',
    });
  });

  it.each([
    ['UTF-8 with a byte order mark', 'application/json', Buffer.from(`\ufeff${good}`)],
    [
      'UTF-16 with a byte order mark',
      'application/json; charset=utf-16',
      Buffer.from(`\ufeff${good}`, 'utf16le'),
    ],
    ['big-endian UTF-16 with a byte order mark', 'application/json', big(`\ufeff${good}`)],
    ['UTF-8 under a wrong name', 'application/json; charset=iso-8859-1', Buffer.from(good)],
    ['UTF-8 under a name that nobody has', 'application/json; charset=klingon', Buffer.from(good)],
  ])('an answer in %s is healthy', async (_name, type, body) => {
    expect(await check(200, type, body)).toMatchObject({ reason: 'ok', response: 'New Delhi' });
  });

  it('keeps replacement characters where no encoding is named', () => {
    expect(textOf({ body: gbk, headers: {} })).toContain('\ufffd');
  });
});
