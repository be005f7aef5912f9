import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contentPolicy } from '../../http/pages/page-reply.js';
import { loadAssets } from '../../http/pages/assets.js';
import { systemClock, type Clock } from '../../domain/clock.js';
import { hashFraction } from '../../domain/schedule.js';
import { wholeNumber } from '../../http/query.js';
import { receiverPage } from '../../page/receiver-page.js';
import type { ReceiverView } from '../../page/receiver-view.js';
import { themes } from '../../page/shell.js';
import { createFinder, exampleName } from '../catalogue.js';
import { readBody } from '../request.js';
import type { RunningSimulator } from '../simulator.js';
import { kinds } from './channels.js';
import { createInbox, createVerifier, objectIn } from './inbox.js';
import { createListeners } from './listeners.js';
import { receiverBehaviours, type Attempt } from './plays.js';

/** How the next attempts of a channel are answered. */
interface Order {
  readonly play: string;
  /** Null for all of them. */
  readonly left: number | null;
}

const healthy: Order = { play: 'healthy', left: null };
const mostTimes = 1_000_000;
/** More connections than these are refused: some behaviours hold them. */
const mostConnections = 1_000;

const securityHeaders = {
  'content-security-policy': contentPolicy(),
  'x-content-type-options': 'nosniff',
  // With `no-referrer` a browser sends `Origin: null` with the forms of the page.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** A name that a page of another site cannot have: an IP address, or a name without a dot. */
const ownHost = /^(?:[^.:[\]]+|\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d+)?$/i;

/** A browser says that another site asks. To plain http it sends no Sec-Fetch-Site, but Origin with each form. */
const isForeign = ({ headers }: IncomingMessage): boolean =>
  !ownHost.test(headers.host ?? '') ||
  !['same-origin', 'none', undefined].includes(headers['sec-fetch-site']) ||
  ![`http://${headers.host}`, `https://${headers.host}`, undefined].includes(headers.origin);

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...securityHeaders,
    ...headers,
  });
  response.end(body);
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  send(response, status, `${JSON.stringify(body, null, 2)}\n`, { 'content-type': 'application/json' });

export interface Receiver {
  /** Rejects when the address cannot be bound; port 0 picks a free one. */
  listen(port: number, host: string): Promise<RunningSimulator>;
}

export interface ReceiverOptions {
  readonly clock?: Clock;
  /** Verifies the signatures of webhooks; unless set, none is looked at. */
  readonly secret?: string;
}

/**
 * A receiver of notifications that has an address for each kind of channel, fails on demand, and shows what arrived. Null where the
 * secret is none of Standard Webhooks.
 */
export function createReceiver({ clock = systemClock, secret }: ReceiverOptions = {}): Receiver | null {
  const verifier = secret === undefined ? null : createVerifier(secret);
  if (secret !== undefined && verifier === null) return null;
  const inbox = createInbox(verifier);
  const find = createFinder(receiverBehaviours);
  const plays = receiverBehaviours.map((row) => [exampleName(row), row.help] as const);
  const orders = new Map<string, Order>();
  const listeners = createListeners();
  const assets = loadAssets(['receiver']);
  const started = randomUUID();
  /** Grows with each change of what the page shows. */
  let version = 0;
  let attempts = 0;
  let url = '';

  const isChannel = (name: string): boolean => Object.hasOwn(kinds, name);
  function changed(): void {
    version += 1;
    listeners.tell();
  }

  function receive(request: IncomingMessage, response: ServerResponse, channel: string, body: string): void {
    const order = orders.get(channel) ?? healthy;
    const found = find(order.play) ?? find(healthy.play);
    if (found === null) return;
    attempts += 1;
    const object = objectIn(body);
    const message = { ...object };
    const attempt: Attempt = {
      response,
      chance: hashFraction(`${channel}:${attempts}`),
      take() {
        const { status, body: text } = kinds[channel]?.reply?.(message) ?? { status: 204, body: '' };
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(text);
      },
    };
    const isMessage = object !== null && kinds[channel]?.read(object, () => null) !== null;
    const isTaken = isMessage && found.row.takes(attempt, found.first);
    const play = isMessage ? order.play : 'no-message';
    inbox.add({ channel, headers: request.headers, body, at: clock.wall(), play, isTaken });
    if (order.left !== null)
      if (order.left > 1) orders.set(channel, { ...order, left: order.left - 1 });
      else orders.delete(channel);
    changed();
    if (isMessage) found.row.play(attempt, found.first, found.second);
    else send(response, 400, `this is no message for ${channel}\n`);
  }

  function control(request: IncomingMessage, response: ServerResponse, channel: string, body: string): void {
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const asked = isForm ? Object.fromEntries(new URLSearchParams(body)) : objectIn(body);
    const { play, times = '' } = asked ?? {};
    const count = typeof times === 'number' ? times : wholeNumber(String(times));
    const isForAll = times === '' || times === null;
    if (typeof play !== 'string' || find(play) === null) {
      const names = plays.map(([name, help]) => `${name}: ${help}`).join('\n');
      send(
        response,
        400,
        `"play" must be one of these, with other values for the numbers in it:\n${names}\n`,
      );
    } else if (!isForAll && (count === null || !Number.isInteger(count) || count < 1 || count > mostTimes))
      send(response, 400, `"times" must be a whole number, 1 to ${mostTimes}, or absent for all attempts\n`);
    else {
      const order = { play, left: isForAll ? null : count };
      for (const name of channel === 'all' ? Object.keys(kinds) : [channel]) orders.set(name, order);
      changed();
      if (isForm) send(response, 303, '', { location: channel === 'all' ? '/' : `/?channel=${channel}` });
      else sendJson(response, 200, { channel, play, times: order.left });
    }
  }

  function viewOf(chosen: string | null): ReceiverView {
    return {
      channels: Object.entries(kinds).map(([name, { title, example }]) => ({
        ...{ name, title, example: example(url), messages: inbox.list(name) },
        ...(orders.get(name) ?? healthy),
      })),
      ...{ chosen, plays, now: clock.wall() },
    };
  }

  function show(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
    const named = query.get('channel');
    const chosen = named !== null && isChannel(named) ? named : null;
    const cookie = request.headers.cookie ?? '';
    const theme = themes.find((name) => cookie.includes(`theme=${name}`)) ?? 'auto';
    const key = [started, version, chosen ?? '', theme, url].join(' ');
    const etag = `"${createHash('sha256').update(key).digest('hex').slice(0, 20)}"`;
    const headers = { 'content-type': 'text/html; charset=utf-8', etag, vary: 'cookie' };
    if (request.headers['if-none-match'] === etag) send(response, 304, '', headers);
    else {
      const style = assets.more.get('receiver') ?? '';
      send(response, 200, receiverPage({ assets: assets.urls, style, theme, view: viewOf(chosen) }), headers);
    }
  }

  function list(response: ServerResponse, query: URLSearchParams): void {
    const named = query.get('channel');
    if (named !== null && !isChannel(named)) {
      send(response, 404, `there is no channel "${named}"; there is ${Object.keys(kinds).join(', ')}\n`);
      return;
    }
    const names = named === null ? Object.keys(kinds) : [named];
    // Of a channel the list is in order, also within a millisecond.
    const items = names
      .flatMap((channel) => inbox.list(channel).map((message) => ({ channel, ...message })))
      .sort((a, b) => b.lastAt - a.lastAt);
    sendJson(response, 200, { items });
  }

  function answerReader(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    body: string,
  ): void {
    const query = new URLSearchParams((request.url ?? '/').split('?').slice(1).join('?'));
    const asset = assets.files.get(path.replace('/assets/', ''));
    const [, controlled = ''] = /^\/_control\/(\w+)$/.exec(path) ?? [];
    const isGet = request.method === 'GET';
    if (asset !== undefined && path.startsWith('/assets/')) {
      response.writeHead(200, {
        'content-type': asset.type,
        'cache-control': 'public, max-age=31536000, immutable',
      });
      response.end(asset.plain);
    } else if (isForeign(request)) send(response, 403, 'another site asks, or by another name\n');
    else if (path === '/' && isGet) show(request, response, query);
    else if (path === '/_received' && isGet) list(response, query);
    else if (path === '/api/v1/events' && isGet) listeners.add(response);
    else if (request.method === 'POST' && (isChannel(controlled) || controlled === 'all'))
      control(request, response, controlled, body);
    else if (path === '/_clear' && request.method === 'POST') {
      inbox.clear();
      changed();
      send(response, 303, '', { location: '/' });
    } else send(response, 404, `there is nothing at this address; GET / shows what there is\n`);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const [path = '/'] = (request.url ?? '/').split('?');
    const [, channel = ''] = path.split('/');
    if (body === null) send(response, 413, 'longer than 1 MiB\n');
    else if (!isChannel(channel)) answerReader(request, response, path, body);
    else if (request.method === 'POST') receive(request, response, channel, body);
    else send(response, 405, 'send messages with POST\n', { allow: 'POST' });
  }

  return {
    async listen(port, host) {
      const server = createServer((request, response) => {
        answer(request, response).catch(() => response.destroy());
      });
      server.maxConnections = mostConnections;
      server.listen(port, host);
      await once(server, 'listening');
      // Of a server on TCP, which listens.
      const { address, family, port: taken } = server.address() as AddressInfo;
      url = `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
      return {
        url,
        close: async () => {
          const closed = once(server, 'close');
          listeners.close();
          server.close();
          server.closeAllConnections();
          await closed;
        },
      };
    },
  };
}
