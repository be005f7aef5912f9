import type { Socket } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { CheckResult } from '../../src/domain/result.js';
import { modelAt } from './model.js';
import { checkOnce, withServer } from './probing.js';
import { completion, listenHttp, listenTcp } from './server.js';

const answer = completion('New Delhi');
const against = (talk: (socket: Socket) => void): Promise<CheckResult> =>
  withServer(listenTcp(talk), (port) =>
    checkOnce(modelAt(`http://127.0.0.1:${port}/v1`, { timeoutMs: 10_000 })),
  );

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
/** A deflate block that is not the last one and holds nothing. */
const nothing = deflateRawSync('', { finishFlush: 2 }).subarray(0, 5);
const packed = (): Buffer => {
  const blocks = Buffer.concat(Array.from({ length: 8_192 }, () => nothing));
  return Buffer.concat([Buffer.from(`${blocks.length.toString(16)}\r\n`), blocks, Buffer.from('\r\n')]);
};

/** What can come for ever, each a beginning and what is repeated. */
const floods: readonly (readonly [string, string, string | Buffer])[] = [
  ['empty lines before the status', '', '\r\n'.repeat(32_768)],
  ['spaces in a header', 'HTTP/1.1 200 OK\r\nX-Wide:', ' '.repeat(65_536)],
  ['headers', 'HTTP/1.1 200 OK\r\n', 'X-Many: 1\r\n'.repeat(5_000)],
  ['extensions of chunks', chunked, `1;${'a'.repeat(8_000)}\r\nx\r\n`],
  ['zeros in the length of a chunk', chunked, '0'.repeat(65_536)],
  ['trailers', `${chunked}0\r\n`, 'X-Late: 1\r\n'.repeat(5_000)],
  ['provisional replies', '', 'HTTP/1.1 102 Processing\r\nX-Wide: 1\r\n\r\n'.repeat(1_000)],
  [
    'packed bytes that unpack to nothing',
    'HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n',
    packed(),
  ],
];

describe('endless reply', () => {
  it.each(floods)('of %s is aborted early', async (_name, head, flood) => {
    let sent = 0;
    const started = performance.now();
    const result = await against((socket) => {
      const more = (): void => {
        let room = true;
        while (room && !socket.destroyed) {
          room = socket.write(flood);
          sent += flood.length;
        }
      };
      socket.write(head);
      socket.on('drain', more);
      more();
    });
    expect(result.reason).toBe('malformed_response');
    expect(performance.now() - started).toBeLessThan(3_000);
    // With what the kernel and a busy loop take in beyond.
    expect(sent).toBeLessThan(256 * 2 ** 20);
  });
});

describe('HTTP status outside the standard', () => {
  const replying = (status: string) => (socket: Socket) =>
    socket.end(`HTTP/1.1 ${status} Odd\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`);

  it.each(['000', '099', '600', '999'])('%s is not a success, even with a good body', async (status) => {
    expect(await against(replying(status))).toMatchObject({
      reason: 'malformed_response',
      detail: `HTTP status ${Number(status)}`,
      httpStatus: null,
    });
  });

  it.each(['000', '099', '600', '999'])('%s yields no token, even with a good body', async (status) => {
    let asked = 0;
    const model = listenHttp((_request, response) => {
      asked += 1;
      response.end(answer);
    });
    const body = '{"token":"abc"}';
    const login = listenTcp((socket) =>
      socket.end(`HTTP/1.1 ${status} Odd\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
    );
    const result = await withServer(model, (port) =>
      withServer(login, (loginPort) => {
        const url = `http://127.0.0.1:${loginPort}/token`;
        const jwt = { method: 'GET' as const, url, headers: {}, body: null, responseKey: null };
        return checkOnce(modelAt(`http://127.0.0.1:${port}/v1`, { endpoint: { apiKeys: [], jwt } }));
      }),
    );
    expect(result).toMatchObject({
      reason: 'malformed_response',
      detail: `token endpoint: HTTP status ${Number(status)}`,
      httpStatus: null,
    });
    expect(asked).toBe(0);
  });

  it('a 101 reply is final', async () => {
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n';
    const started = performance.now();
    expect(await against((socket) => socket.write(switching))).toMatchObject({
      reason: 'malformed_response',
      detail: 'HTTP status 101',
      httpStatus: 101,
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('a few provisional replies are skipped', async () => {
    const result = await against((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(3));
      replying('200')(socket);
    });
    expect(result).toMatchObject({ reason: 'ok', httpStatus: 200 });
  });

  it('more than 16 provisional replies are an error', async () => {
    const result = await against((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(17));
      replying('200')(socket);
    });
    expect(result).toMatchObject({ reason: 'malformed_response', detail: 'over 16 provisional replies' });
  });
});

it('an answer is kept without lone surrogates and invisible characters', async () => {
  const result = await against((socket) => {
    const body = JSON.stringify({
      model: 'm\\ud800',
      choices: [{ message: { content: 'New Delhi \\udfff\\u0000\\u202e😀' }, finish_reason: 'stop' }],
    }).replaceAll('\\\\u', '\\u');
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
  expect(result).toMatchObject({ reason: 'ok', response: 'New Delhi \ufffd 😀', responseModel: 'm\ufffd' });
});
