import { answerTo } from './answer.js';
import { complete } from './completion.js';
import { after, sendBody, sendJson, type Call } from './call.js';
import * as fault from './fault.js';
import * as refusal from './refusal.js';
import * as speech from './speech.js';

/** One behaviour of a simulated model, or of another part of the simulator. */
export interface Behaviour<Subject = Call> {
  /** The name that selects it, as the name of a model; braces hold an example of a variable part: a duration, or a whole number from 0 to 100. */
  readonly form: string;
  readonly help: string;
  /** Answers, with the values of the form's braces: durations in ms. */
  readonly play: (subject: Subject, first: number, second: number) => void;
}

/** Every behaviour, in the order of the help text. */
export const behaviours: readonly Behaviour[] = [
  row('healthy', 'answers at once', (e) => complete(e)),
  row('limits-{20}', 'healthy, with that many percent left of its rate limits', limits),
  row('slow-{800ms}', 'answers after the duration', (e, ms) => after(e, ms, () => complete(e))),
  row('fluent', 'a long answer, streamed at some 60 tokens a second', speech.fluent),
  row(
    'latched-{30s}',
    'the same, at half its speed from that long after the first request on',
    speech.latching,
  ),
  row('gap-{3s}', 'the same, with that long a silence in the middle', speech.stalling),
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
  row('sunset', 'a good answer that announces its end: Deprecation, and Sunset in 20 days', (e) => {
    e.response.setHeader('deprecation', `@${Math.floor(e.now / 1_000) - 86_400}`);
    e.response.setHeader('sunset', new Date(e.now + 20 * 86_400_000).toUTCString());
    complete(e);
  }),
  row('truncated', 'cut by the token limit', (e) => complete(e, { text: 'The', finish: 'length' })),
  row('reasoning', 'all tokens spent on reasoning, no text', reasoning),
  row('wrong', 'a wrong answer', (e) => complete(e, { text: 'The capital of India is Mumbai.' })),
  row('cached', 'the first answer again and again, as from a cache', cached),
  row('filtered', 'held back by a content filter', (e) =>
    complete(e, { text: '', finish: 'content_filter' }),
  ),
  row('mismatch', 'another model answers', (e) => complete(e, { model: 'some-other-model' })),
  row('ability-ignored', 'text where a tool or a schema is asked for', (e) =>
    complete(e, { ignoring: true }),
  ),
  row('broken-arguments', 'a tool call whose arguments are no JSON', (e) =>
    complete(e, { arguments: '{"capital": "New' }),
  ),
  row('ability-refused', '400 where a tool or a schema is asked for', (e) =>
    e.wanted === null ? complete(e) : refusal.abilityRefused(e),
  ),
  row('context-cut', 'reads only the last 2,048 tokens of a question', (e) => complete(e, { read: 2_048 })),
  row('new-vector-{1h}', 'another vector for the same text in each period of the clock', (e, ms) =>
    complete(e, { turned: Math.floor(e.now / ms) % 2 }),
  ),
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

/** Headers as OpenAI sends them: of 60 requests and 100,000 tokens a minute. */
function limits(call: Call, percent: number): void {
  for (const [kind, limit] of [
    ['requests', 60],
    ['tokens', 100_000],
  ] as const) {
    call.response.setHeader(`x-ratelimit-limit-${kind}`, limit);
    call.response.setHeader(`x-ratelimit-remaining-${kind}`, Math.floor((limit * percent) / 100));
    call.response.setHeader(`x-ratelimit-reset-${kind}`, '1m0s');
  }
  complete(call);
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

/** A gateway that gives the answer to the first request for each, whatever is asked, with its id and its time. */
function cached(call: Call): void {
  const { firstQuestion, firstAsked, attached } = call;
  complete(call, { text: answerTo(firstQuestion, attached), id: 'c4ch3da11d', now: firstAsked });
}

function errorInSuccess(call: Call): void {
  sendJson(call, 200, { error: { message: 'Something went wrong.', type: null, code: null } });
}
