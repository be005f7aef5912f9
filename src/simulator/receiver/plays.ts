import { after, each, sendBody, type Exchange } from '../call.js';
import type { Behaviour } from '../behaviours.js';
import * as fault from '../fault.js';

/** One attempt to deliver a message, as a behaviour receives it. */
export interface Attempt extends Exchange {
  /** Answers as the receiver of a message that it takes. */
  readonly take: () => void;
  /** In [0, 1), different for each attempt, and the same sequence in every run. */
  readonly chance: number;
}

/** A behaviour of a receiver. */
export interface ReceiverBehaviour extends Behaviour<Attempt> {
  /** The sender is told that the message is taken, or should have been. */
  readonly takes: (attempt: Pick<Attempt, 'chance'>, first: number) => boolean;
}

const [always, never] = [() => true, () => false];
const fail = ({ response }: Attempt, status: number, headers: Readonly<Record<string, string>> = {}): void =>
  sendBody({ response }, status, 'text/plain', `simulated ${status}\n`, headers);

/** Every behaviour of a receiver, in the order of the help text. */
export const receiverBehaviours: readonly ReceiverBehaviour[] = [
  row('healthy', 'takes every message', always, ({ take }) => take()),
  row('slow-{2s}', 'takes it after the duration', always, (attempt, ms) => after(attempt, ms, attempt.take)),
  row('error-500', '500', never, (attempt) => fail(attempt, 500)),
  row('overloaded', '503', never, (attempt) => fail(attempt, 503)),
  row('rate-limited-{30s}', '429 with Retry-After', never, (attempt, ms) =>
    fail(attempt, 429, { 'retry-after': String(Math.ceil(ms / 1_000)) }),
  ),
  row('gone', '410: the channel stops until a reload', never, (attempt) => fail(attempt, 410)),
  row('not-found', '404', never, (attempt) => fail(attempt, 404)),
  row(
    'flaky-{50}',
    '500 for that many percent of the attempts',
    ({ chance }, percent) => chance * 100 >= percent,
    (attempt, percent) => (attempt.chance * 100 >= percent ? attempt.take() : fail(attempt, 500)),
  ),
  row('lost', 'takes it, but resets the connection before the answer', always, fault.reset),
  row('reset', 'resets the connection', never, fault.reset),
  row('garbage', 'bytes that are not HTTP', never, fault.garbage),
  row('redirect', '302 to the metadata of a cloud', never, (attempt) =>
    fail(attempt, 302, { location: 'http://169.254.169.254/latest/meta-data/' }),
  ),
  row('hang', 'never answers', never, () => undefined),
  row('drip', '500, and one byte a second without end', never, (attempt) => {
    attempt.response.writeHead(500, { 'content-type': 'text/plain' });
    each(attempt, 1_000, () => attempt.response.write(' '));
  }),
  row('huge', 'a body without end', never, fault.endless),
];

function row(
  form: string,
  help: string,
  takes: ReceiverBehaviour['takes'],
  play: ReceiverBehaviour['play'],
): ReceiverBehaviour {
  return { form, help, takes, play };
}
