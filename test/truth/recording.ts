import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { createProber } from '../../src/checker/prober.js';
import { withFixedQuestion } from '../../src/config/model/asking.js';
import { loadConfig } from '../../src/config/read/load.js';
import { systemClock } from '../../src/domain/clock.js';
import { createFolder } from '../app/process.js';

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Records one request of `send`, which may fail at the empty answer. */
export async function recorded(send: (url: string) => Promise<unknown>): Promise<Recorded> {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { method = '', url = '', headers } = request;
      requests.push({ method, path: url, headers, body: text === '' ? null : (JSON.parse(text) as unknown) });
      // A failure that no SDK tries again.
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"recorded"}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  try {
    await send(`http://127.0.0.1:${port}`).catch(() => undefined);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
  const [first] = requests;
  if (first === undefined || requests.length !== 1) throw new Error(`${requests.length} requests were sent`);
  return first;
}

/** Records what the prober sends for a model of the registry with `base_url` at the server. */
export function ours(model: object, path = ''): Promise<Recorded> {
  return recorded(async (url) => {
    const folder = createFolder();
    const models = [{ id: 'm', api_key: 'test-key', base_url: url + path, ...model }];
    const file = folder.write('config.yaml', { models });
    const { settings } = await loadConfig(file, {}, capabilities);
    const prober = createProber({
      clock: systemClock,
      userAgent: 'modelpulse/test',
      reuseConnections: false,
      env: {},
    });
    try {
      // The clients are asked the constant question.
      await prober.check(withFixedQuestion(settings.models[0]!), new AbortController().signal);
    } finally {
      prober.close();
      folder.clean();
    }
  });
}

/** The parts of a request that decide how it is understood. */
export function essence({ method, path, headers, body }: Recorded, names: readonly string[]) {
  const picked = Object.fromEntries(names.map((name) => [name, headers[name]?.toString()]));
  return {
    method,
    path,
    headers: { ...picked, 'content-type': headers['content-type']?.split(';')[0] },
    body,
  };
}
