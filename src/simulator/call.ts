import type { ServerResponse } from 'node:http';
import type { Attached, Wanted } from './answer.js';
import type { Shape } from './shape.js';

/** What an answer goes to. */
export interface Exchange {
  readonly response: ServerResponse;
}

/** One request and its response, as a behaviour receives them. */
export interface Call extends Exchange {
  /** The requested model name. */
  readonly model: string;
  readonly question: string;
  /** The attachment of the question: an image or a sound. */
  readonly attached: Attached;
  /** A tool or a schema that was asked for. */
  readonly wanted: Wanted;
  /** True when the answer is to be streamed. */
  readonly stream: boolean;
  /** Reply format of the requested API. */
  readonly shape: Shape;
  /** The credential of the request, without its scheme; empty for none. */
  readonly apiKey: string;
  /** Unix time in ms. */
  readonly now: number;
  /** Unix time in ms of the first request for this name. */
  readonly firstAsked: number;
  /** The question of that request. */
  readonly firstQuestion: string;
  /** In [0, 1), different for each request for this name, and the same sequence in every run. */
  readonly chance: number;
}

/** Longest delay of a Node timer; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** Runs `act` once after `ms`, unless the connection closes before. */
export function after({ response }: Exchange, ms: number, act: () => void): void {
  const timer = setTimeout(act, Math.min(ms, longestDelayMs));
  response.once('close', () => clearTimeout(timer));
}

/** Runs `act` each `ms` until the connection closes. */
export function each({ response }: Exchange, ms: number, act: () => void): void {
  const timer = setInterval(act, ms);
  response.once('close', () => clearInterval(timer));
}

export function sendBody(
  { response }: Exchange,
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

export function sendJson(
  call: Exchange,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendBody(call, status, 'application/json', JSON.stringify(body), headers);
}
