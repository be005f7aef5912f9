import { complete } from './completion.js';
import { after, sendBody, sendJson, type Call } from './call.js';
import * as fault from './fault.js';
import * as refusal from './refusal.js';

/** One behaviour of a simulated model. */
export interface Behaviour {
  /** The model name that selects it; braces hold an example of a variable part: a duration, or a whole number from 0 to 100. */
  readonly form: string;
  readonly help: string;
  /** Answers, with the values of the form's braces: durations in ms. */
  readonly play: (call: Call, first: number, second: number) => void;
}

/** Every behaviour, in the order of the help text. */
export const behaviours: readonly Behaviour[] = [
  row('healthy', 'answers at once', (e) => complete(e)),
  row('slow-{800ms}', 'answers after the duration', (e, ms) => after(e, ms, () => complete(e))),
  row('flaky-{20}', 'fails that many percent of requests: 500, 502 or a reset', flaky),
  row('down-{5m}-every-{1h}', '503 for the last part of each period of the clock', down),
  row('degraded-{5m}-every-{1h}', 'repeats one word for the last part of each period', degraded),
  row('rate-limited', '429 rate_limit_exceeded with Retry-After', refusal.rateLimited),
  row('quota', '429 insufficient_quota', refusal.quotaExhausted),
  row('bad-key', '401 that repeats the key', refusal.badKey),
  row('forbidden', '403', refusal.forbidden),
  row('not-found', '404 model_not_found', (e) => refusal.modelNotFound(e)),
  row('overloaded', '503 that says overloaded', refusal.overloaded),
  row('error-500', '500 server_error', (e) => refusal.serverError(e)),
  row('gateway-502', '502 with a proxy page', refusal.badGateway),
  row('loading', '503 that says the model is loading, for ever', (e) => refusal.modelLoading(e, 20)),
  row('loading-{30s}', 'the same for that long after the first request, then healthy', loading),
  row('empty', 'an answer without text', (e) => complete(e, { text: '' })),
  row('truncated', 'cut by the token limit', (e) => complete(e, { text: 'The', finish: 'length' })),
  row('reasoning', 'all tokens spent on reasoning, no text', reasoning),
  row('wrong', 'a wrong answer', (e) => complete(e, { text: 'The capital of India is Mumbai.' })),
  row('filtered', 'held back by a content filter', (e) =>
    complete(e, { text: '', finish: 'content_filter' }),
  ),
  row('mismatch', 'another model answers', (e) => complete(e, { model: 'some-other-model' })),
  row('error-in-200', '200 with an error inside', errorInSuccess),
  row('html', '200 with a page instead of JSON', (e) =>
    sendBody(e, 200, 'text/html', '<html><body>Sign in to continue</body></html>\n'),
  ),
  row('malformed', '200 with JSON that breaks off', (e) =>
    sendBody(e, 200, 'application/json', '{"choices":[{"message":{"content":"New Delhi'),
  ),
  row('redirect', '307 to another address', (e) =>
    sendBody(e, 307, 'text/plain', '', { location: '/moved' }),
  ),
  row('hang', 'never answers', () => undefined),
  row('hang-body', 'falls silent in the middle of the body', fault.hangInBody),
  row('drip', 'one character a second', fault.drip),
  row('short-body', 'closes before the promised end of the body', fault.shortBody),
  row('reset', 'resets the connection', fault.reset),
  row('garbage', 'bytes that are not HTTP', fault.garbage),
  row('huge', 'a body without end', fault.endless),
  row('gzip-bomb', 'a small compressed body that unpacks without end', fault.gzipBomb),
];

function row(form: string, help: string, play: Behaviour['play']): Behaviour {
  return { form, help, play };
}

function flaky(call: Call, percent: number): void {
  const failing = (call.chance * 100) / percent;
  if (failing < 1 / 3) refusal.serverError(call);
  else if (failing < 2 / 3) refusal.badGateway(call);
  else if (failing < 1) fault.reset(call);
  else complete(call);
}

function down(call: Call, downMs: number, periodMs: number): void {
  if (inLastPart(call.now, downMs, periodMs)) refusal.serverError(call, 503);
  else complete(call);
}

function degraded(call: Call, badMs: number, periodMs: number): void {
  const bad = inLastPart(call.now, badMs, periodMs);
  complete(call, bad ? { text: 'the '.repeat(40).trim() } : {});
}

function inLastPart(now: number, partMs: number, periodMs: number): boolean {
  return periodMs - (now % periodMs) <= partMs;
}

function loading(call: Call, ms: number): void {
  const left = call.firstAsked + ms - call.now;
  if (left > 0) refusal.modelLoading(call, Math.ceil(left / 1000));
  else complete(call);
}

/** Uses up the limit that modelpulse sends for a reasoning model. */
function reasoning(call: Call): void {
  complete(call, { text: '', finish: 'length', reasoningTokens: 1_024 });
}

function errorInSuccess(call: Call): void {
  sendJson(call, 200, { error: { message: 'Something went wrong.', type: null, code: null } });
}
