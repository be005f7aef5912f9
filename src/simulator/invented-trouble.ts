import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import type { Reason } from '../domain/reason.js';
import { hashFraction } from '../domain/schedule.js';

/** A time in which a model was not well. Times in Unix ms. */
export interface Trouble {
  readonly from: number;
  readonly to: number;
  readonly reason: Reason;
  readonly detail: string;
}

type Told = readonly [daysAgo: number, minutes: number, reason: Reason, detail: string];

const overloaded = 'the engine is currently overloaded, please try again later';
const upstream = 'upstream request timeout';

/** Troubles that all models share, since they share a provider. */
const shared: readonly Told[] = [
  [71.4, 95, 'overloaded', overloaded],
  [33.2, 40, 'gateway_error', upstream],
];

/** Troubles by model; the last one of those that are broken in the demo lasts to the present. */
const own: Readonly<Record<string, readonly Told[]>> = {
  outage: [
    [80.2, 35, 'server_error', 'internal error'],
    [64.8, 140, 'overloaded', overloaded],
    [47.1, 22, 'server_error', 'internal error'],
    [29.6, 61, 'overloaded', overloaded],
    [12.3, 48, 'overloaded', overloaded],
    [2.2, 33, 'server_error', 'internal error'],
    [0.4, 26, 'overloaded', overloaded],
  ],
  flaky: [
    [55.5, 9, 'gateway_error', upstream],
    [41.2, 12, 'gateway_error', upstream],
    [8.7, 7, 'server_error', 'internal error'],
    [1.4, 11, 'gateway_error', upstream],
  ],
  slow: [
    [19.5, 18 * 60, 'slow', 'took 4.1 s, over 600 ms'],
    [0.3, 8 * 60, 'slow', 'took 3.9 s, over 600 ms'],
  ],
  babbling: [
    [26.4, 5 * 60, 'unexpected_answer', 'one token repeated'],
    [3.1, 90, 'unexpected_answer', 'one token repeated'],
  ],
  starting: [[15.6, 50, 'model_loading', 'the engine is starting']],
  'no-credit': [[1.1, 3 * 24 * 60, 'quota_exhausted', 'You exceeded your current quota']],
  'bad-key': [[0.13, 24 * 60, 'auth_failed', 'Incorrect API key provided']],
  'rate-limited': [
    [22.8, 6 * 60, 'rate_limited', 'Rate limit reached for requests per min'],
    [0.02, 24 * 60, 'rate_limited', 'Rate limit reached for requests per min'],
  ],
  'wrong-answer': [[4.6, 7 * 24 * 60, 'unexpected_answer', 'not the answer to "Repeat this code: amber417"']],
  silent: [[0.05, 24 * 60, 'empty_response', 'the answer ended normally and holds no text']],
  hanging: [
    [38.9, 75, 'timeout', 'no response headers within 1 s'],
    [0.09, 24 * 60, 'timeout', 'no response headers within 1 s'],
  ],
  'login-page': [[0.7, 24 * 60, 'malformed_response', "not the API's answer: HTML page"]],
  misspelt: [[6.2, 9 * 24 * 60, 'model_not_found', 'The model does not exist']],
  keyless: [[2.9, 5 * 24 * 60, 'secret_missing', 'variable MODELPULSE_DEMO_KEY is not set']],
};

/** The invented troubles of a model before `now`, by their beginning; always the same for one id. */
export function trouble(id: string, now: number): readonly Trouble[] {
  const told = [...shared, ...(own[id] ?? [])];
  return told
    .map(([daysAgo, minutes, reason, detail], index) => {
      // The models of one provider do not fail in the same minute.
      const shift = Math.floor(hashFraction(`${id} ${index}`) * 5) * minuteMs;
      const from = Math.floor(now - daysAgo * dayMs + Math.min(shift, daysAgo * hourMs));
      return { from, to: from + minutes * minuteMs, reason, detail };
    })
    .sort((a, b) => a.from - b.from);
}
