import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { completion } from '../checker/server.js';

/** Ways in which a secret is written. */
export const forms: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  upper: (secret) => secret.toUpperCase(),
  url: encodeURIComponent,
  json: (secret) => JSON.stringify(secret).slice(1, -1),
  php: (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
};

const json = (response: ServerResponse, status: number, body: unknown, headers: object = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

const answering = (response: ServerResponse, text: string, model: string): void => {
  const body = JSON.parse(completion(`New Delhi, and you are ${text}`)) as object;
  json(response, 200, { ...body, model });
};

/** Replies that hold what was sent in every place that is read. */
export const replies: Readonly<Record<string, (response: ServerResponse, echo: string) => void>> = {
  refusal: (response, echo) =>
    json(response, 401, {
      error: { message: `Incorrect API key provided: ${echo}`, code: echo, type: echo },
    }),
  text: (response, echo) => response.writeHead(403).end(`access denied for ${echo}`),
  page: (response, echo) => response.writeHead(502).end(`<html><title>${echo}</title>${echo}</html>`),
  redirect: (response, echo) =>
    response
      .writeHead(302, { location: `/${encodeURIComponent(echo)}?key=${encodeURIComponent(echo)}` })
      .end(),
  answer: (response, echo) => answering(response, echo, 'm'),
  name: (response, echo) => answering(response, 'fine', echo),
  inside: (response, echo) => json(response, 200, { error: echo, detail: [{ msg: echo }] }),
  broken: (response, echo) => response.writeHead(200).end(`{"choices": ${echo}`),
  headers: (response, echo) =>
    json(response, 429, { message: echo }, { 'x-request-id': encodeURIComponent(echo), 'retry-after': '1' }),
};

/** The path of a base address whose server replies in this way, with what was sent in this form. */
export const echoPath = (reply: string, form: string): string => `/${reply}/${form}`;

function credentialsIn(headers: IncomingHttpHeaders, path: string, body: string): string[] {
  const bearer = (headers.authorization ?? '').replace('Bearer ', '');
  const forProxy = (headers['proxy-authorization'] ?? '').replace('Basic ', '');
  return [
    bearer,
    forProxy,
    Buffer.from(forProxy, 'base64').toString(),
    String(headers['x-api-secret'] ?? ''),
    path,
    body.replace(/"messages":\[.*?\],?/s, ''),
  ];
}

/** A provider that says whatever it is told, and a token endpoint (`/token`) that gives out `token`. */
export async function startEchoProvider(token: string) {
  let turn = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      // A proxy is asked for a whole address.
      const [, reply = '', form = '', ...rest] = new URL(request.url ?? '', 'http://a.test').pathname.split(
        '/',
      );
      if (reply === 'token') {
        json(response, 200, { access_token: token });
        return;
      }
      const write = forms[form] ?? String;
      const sent = credentialsIn(request.headers, rest.join('/'), body).filter((text) => text !== '');
      turn += 1;
      // Each in its turn comes first, because what is too long is cut.
      const echo = [...sent.slice(turn % sent.length), ...sent.slice(0, turn % sent.length)].map(write);
      (replies[reply] ?? replies.text)!(response, echo.join(' '));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
