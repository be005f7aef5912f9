import { isObject, type Members } from '../../domain/json.js';
import { bareFailureIn, errorIn, failureIn, isPresent, ofFailures } from './error-member.js';
import type { ReplyError } from './reply-error.js';

/** Why a run of a job or workflow, or a single request, has no result. */
export interface RunFailure {
  /** Null for a run that has not ended. */
  readonly error: ReplyError | null;
  /** As the reply writes it; null where it only has an error. */
  readonly state: string | null;
}

/** Members that hold the run itself, or its result. */
const holders = ['data', 'output', 'result', 'response', 'job', 'task'];

/** Members with the state of a run. */
const stateNames = ['status', 'task_status', 'state', 'job_status'];

const failed = /^(?:fail(?:ed|ure)?|error(?:ed)?|timed?[ _-]?out|cancell?ed|aborted|expired|stopped)$/i;
const waiting =
  /^(?:in[ _-]?queue|queued|pending|submitted|in[ _-]?progress|processing|starting|running|waiting)$/i;

/** States that are read without a program: an answer has other words for what it tells. */
const surelyFailed = /^(?:fail(?:ed|ure)?|error|timed?[ _-]?out|cancell?ed)$/i;

/** The first state of this kind. */
function stateIn(place: Members, kind: RegExp): string | null {
  const states = stateNames.map((name) => place[name]);
  return states.find((one): one is string => typeof one === 'string' && kind.test(one)) ?? null;
}

const placesIn = (payload: Members): readonly Members[] => [
  payload,
  ...holders.map((name) => payload[name]).filter(isObject),
];

const errorAt = (place: Members): ReplyError | null => errorIn(place, true) ?? failureIn(place);

/**
 * The failure whose state stands in the first of these places that has one of this kind; null for none. `own` is what the
 * first place reports.
 */
function failedAs(places: readonly Members[], kind: RegExp, own: ReplyError | null): RunFailure | null {
  const place = places.find((one) => stateIn(one, kind) !== null);
  if (place === undefined) return null;
  const state = stateIn(place, kind);
  // The state would be read as a code.
  const rest = Object.fromEntries(Object.entries(place).filter(([, value]) => value !== state));
  const elsewhere = () =>
    [own, ...places.slice(1).map(errorAt)].find((error) => error !== null && error.text !== '');
  return {
    error: errorIn(rest, false) ?? elsewhere() ?? { codes: [], types: [], text: '', status: null },
    state,
  };
}

/**
 * The failure, or the unfinished state, of the run in a JSON reply, at its top or one level down; null for none. Only for a reply in which the
 * program found nothing: an answer may have words such as `stopped`. What
 * `errorIn` finds in a successful reply is not looked for again.
 */
export function runFailureIn(payload: unknown): RunFailure | null {
  if (!isObject(payload)) return null;
  const own = failureIn(payload);
  if (own !== null && own.text !== '') return { error: own, state: null };
  const places = placesIn(payload);
  const run = failedAs(places, failed, own);
  if (run !== null) return run;
  // A code alone may be a program that the model wrote.
  const tells = ({ text, status }: ReplyError): boolean => text !== '' || status !== null;
  const error =
    own ??
    places
      .slice(1)
      .map(errorAt)
      .find((one) => one !== null && tells(one)) ??
    null;
  if (error !== null) return { error, state: null };
  const state = places.map((place) => stateIn(place, waiting)).find((one) => one !== null) ?? null;
  return state === null ? null : { error: null, state };
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Members that name a run. */
const namesOfRuns = words('id task_id job_id run_id workflow_run_id');

/** Members that describe a run, and not its result. */
const ofRuns = words(
  'workflow_id conversation_id message_id workerId delayTime executionTime elapsed_time created_at updated_at started_at finished_at completed_at submit_time scheduled_time start_time end_time total_tokens total_steps total_price currency task_metrics metrics usage logs urls model version input data_removed error',
);

/** Members of an error that an answer has, too. */
const texts = words('message Message msg description detail details reason title body');

/** Most members of an object that only describes a run. */
const mostMembers = 100;

/** True if an object has no value that may be an answer; `holding` has names that are looked at by themselves. */
function answersNothing(place: Members, holding: readonly string[] = []): boolean {
  if (Object.keys(place).length > mostMembers) return false;
  const coded = ['code', 'error_code', 'errcode', 'error'].some((name) => isPresent(place[name]));
  return Object.entries(place).every(
    ([name, value]) =>
      !isPresent(value) ||
      holding.includes(name) ||
      (stateNames.includes(name) && typeof value === 'string' && failed.test(value)) ||
      namesOfRuns.has(name) ||
      ofRuns.has(name) ||
      (ofFailures.has(name) && (coded || !texts.has(name))),
  );
}

/**
 * The same for a reply of any shape, which is the answer itself: only for a run with an id or an error, an explicit state of
 * failure, and nothing that may be an answer.
 */
export function bareRunFailureIn(payload: unknown): RunFailure | null {
  if (!isObject(payload)) return null;
  const own = bareFailureIn(payload);
  if (own !== null) return { error: own, state: null };
  const places = placesIn(payload);
  // Few replies have such a state, and in all of them every member is looked at.
  if (places.every((place) => stateIn(place, surelyFailed) === null)) return null;
  const held = places.slice(1);
  const holding = holders.filter((name) => isObject(payload[name]));
  const named = places.some((place) => ['error', ...namesOfRuns].some((name) => isPresent(place[name])));
  const silent = answersNothing(payload, holding) && held.every((place) => answersNothing(place));
  return named && silent ? failedAs(places, surelyFailed, failureIn(payload)) : null;
}
