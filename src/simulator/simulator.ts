import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type Clock } from '../domain/clock.js';
import { hashFraction } from '../domain/schedule.js';
import { behaviours } from './behaviours.js';
import { balanceAt, balances } from './balances.js';
import { createCatalogue, describeBehaviours, exampleName } from './catalogue.js';
import { listOf } from './lists.js';
import { modelNotFound } from './refusal.js';
import { apiKeyOf, parseRequest, readBody } from './request.js';
import { modelList, routes, type Route } from './routes.js';
import { createVendorPages } from './vendor-pages.js';

/** Requests so far for each model name. */
interface RequestCounts {
  /** Records one more request for `model`. */
  ask(
    model: string,
    now: number,
    question: string,
  ): { readonly firstAsked: number; readonly firstQuestion: string; readonly chance: number };
}

/** Maximum names; beyond it the one first requested longest ago is dropped. */
const mostNames = 10_000;
/** Characters of the first question that are remembered for each. */
const longestQuestion = 200;

/** Each name has its own sequence of chances, fixed by `seed`. */
export function createRequestCounts(seed: number): RequestCounts {
  const names = new Map<
    string,
    { count: number; readonly firstAsked: number; readonly firstQuestion: string }
  >();
  return {
    ask: (model, now, question) => {
      let known = names.get(model);
      if (!known) {
        const [oldest] = names.keys();
        if (oldest !== undefined && names.size >= mostNames) names.delete(oldest);
        known = { count: 0, firstAsked: now, firstQuestion: question.slice(0, longestQuestion) };
        names.set(model, known);
      }
      known.count += 1;
      const { firstAsked, firstQuestion } = known;
      return { firstAsked, firstQuestion, chance: hashFraction(`${seed}:${model}:${known.count}`) };
    },
  };
}

/** A provider that simulates healthy, slow and failing models by model name, in the format of the requested API. */
interface Simulator {
  /** Rejects when the address cannot be bound; port 0 picks a free one. */
  listen(port: number, host: string): Promise<RunningSimulator>;
}

export interface RunningSimulator {
  /** Without a path; an API answers at any path with its usual end, such as `/chat/completions` or `/models`. */
  readonly url: string;
  /** Cuts every connection, hung ones too. */
  close(): Promise<void>;
}

/** `seed` determines which requests a flaky model fails; `clock` is the wall clock of its periods. */
export function createSimulator({
  clock = systemClock,
  seed = 1,
}: { readonly clock?: Clock; readonly seed?: number } = {}): Simulator {
  const playOf = createCatalogue();
  const names = behaviours.map(exampleName);
  const memory = createRequestCounts(seed);
  const vendorPage = createVendorPages(clock.wall());

  function play(request: IncomingMessage, response: ServerResponse, body: string, route: Route): void {
    const [path = '/'] = (request.url ?? '/').split('?');
    const asked = parseRequest(path, body, route);
    if (!asked) {
      sendProblem(response, 400, 'The request must be a JSON object with a model.');
      return;
    }
    const played = playOf(asked.model);
    const now = clock.wall();
    const remembered = played
      ? memory.ask(asked.model, now, asked.question)
      : { firstAsked: now, firstQuestion: asked.question, chance: 0 };
    const { shape } = route;
    const call = { ...asked, ...remembered, response, shape, now, apiKey: apiKeyOf(request) };
    if (played) played(call);
    else modelNotFound(call, ` Simulated models: ${names.join(', ')}.`);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    const route = routes.find((one) => one.path.test(path));
    const list = route === undefined ? listOf(path, body ?? '', names, clock.wall()) : undefined;
    if (body === null) sendProblem(response, 413, 'The request is longer than 1 MiB.');
    else if (route !== undefined) {
      if (request.method === 'POST') play(request, response, body, route);
      else sendProblem(response, 405, 'Ask with POST.', { allow: 'POST' });
    } else if (list === null) sendProblem(response, 404, 'There is no such model.');
    else if (list !== undefined) send(response, 200, JSON.stringify(list));
    else if (/\/(?:models|api\/tags)$/.test(path))
      send(response, 200, JSON.stringify(modelList(path, query, names, clock.wall())));
    else if (balances.some(({ path: own }) => own.test(path)))
      send(response, 200, JSON.stringify(balanceAt(path, apiKeyOf(request))));
    else if (path.startsWith('/status-pages/')) {
      const etag = request.headers['if-none-match'] ?? null;
      if (!vendorPage({ path, response, now: clock.wall(), etag }))
        sendProblem(response, 404, `No such status page: ${path}`);
    } else if (path === '/') send(response, 200, describeBehaviours(), { 'content-type': 'text/plain' });
    else sendProblem(response, 404, `Unknown request URL: ${path}`);
  }

  return {
    listen: async (port, host) => {
      const server = createServer((request, response) => {
        answer(request, response).catch(() => response.destroy());
      });
      server.listen(port, host);
      await once(server, 'listening');
      // Of a server on TCP, which listens.
      const { address, family, port: taken } = server.address() as AddressInfo;
      return {
        url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
        close: async () => {
          const closed = once(server, 'close');
          server.close();
          server.closeAllConnections();
          await closed;
        },
      };
    },
  };
}

function sendProblem(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const error = { message, type: 'invalid_request_error', param: null, code: null };
  send(response, status, JSON.stringify({ error }), headers);
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
}
