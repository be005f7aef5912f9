import { offeredTool, requestedSchema, type ToolCall } from '../../domain/ability.js';
import { isObject, parseJson } from '../../domain/json.js';
import { isCut, needle } from '../../domain/long-question.js';
import type { Model } from '../../domain/model.js';
import type { Reason } from '../../domain/reason.js';
import {
  endsInCall,
  judgeAnswer,
  mismatch,
  type Answer,
  type Asked,
  type Finding,
  type Meets,
} from './answer.js';
import { isBlank } from './broken-text/blank.js';
import { crowdIn } from './json-or-text.js';

/** Longest arguments that are read: the member of the offered tool is one name. */
const longestArguments = 16_384;
const longestShown = 200;

const ignored = (detail: string): Finding => ({ reason: 'capability_ignored', detail });

/** The arguments of a call as an object; a text that says why they are none. */
function argumentsOf({ arguments: given }: ToolCall): Readonly<Record<string, unknown>> | string {
  if (isObject(given)) return given;
  if (typeof given !== 'string') return 'the call has no arguments';
  if (given.length > longestArguments) return 'the arguments of the call are too long';
  const crowd = crowdIn(given);
  if (crowd !== null) return `the arguments of the call have ${crowd}`;
  try {
    const value: unknown = parseJson(given);
    return isObject(value) ? value : 'the arguments of the call are no object';
  } catch {
    return 'the arguments of the call are not JSON';
  }
}

/** The answer in a call, or why there is none. */
function reportedBy(call: ToolCall): { readonly said: string } | string {
  if (call.name !== offeredTool.name)
    return `a call of ${call.name === '' ? 'no function' : `the function ${call.name}`}, which was not offered`;
  const given = argumentsOf(call);
  if (typeof given === 'string') return given;
  const said = given[offeredTool.member];
  return typeof said === 'string' && !isBlank(said)
    ? { said }
    : `the arguments of the call lack the text ${offeredTool.member}`;
}

/** Calls that models write as text where the server does not parse them. */
const writtenCall =
  /<\/?(?:tool_call|function_call|\|tool|｜tool|tool▁calls)|\[TOOL_CALLS\]|<\|python_tag\|>|"(?:name|function)"\s{0,8}:\s{0,8}"report_capital"|\breport_capital\s{0,4}\(/i;

/** Calls in words, for the response of a result. */
export function callsShown({ calls = [] }: Answer): string {
  return calls
    .map(({ name, arguments: given }) => {
      const text = typeof given === 'string' || given === undefined ? (given ?? '') : JSON.stringify(given);
      return `${name}(${text.slice(0, longestShown)})`;
    })
    .join('\n');
}

/** The outcome of the probe `tools`; null for a reply with neither a call nor a visible character, which says nothing of tools. */
function judgeTools(answer: Answer, text: string, meets: Meets, asked: Asked): Finding | null {
  const [call] = answer.calls ?? [];
  if (call === undefined) {
    if (isBlank(text)) return endsInCall(answer) ? ignored('a broken tool call') : null;
    return writtenCall.test(text.slice(0, longestArguments))
      ? ignored('a tool call as text, which the server did not read')
      : ignored('text instead of a tool call');
  }
  const reported = reportedBy(call);
  if (typeof reported !== 'string') return byExpectation(reported.said, answer, meets, asked);
  return answer.finish === 'length' ? cutByLimit : ignored(reported);
}

const cutByLimit: Finding = {
  reason: 'output_truncated',
  detail: 'cut by the token limit before it could be judged',
};

function byExpectation(said: string, answer: Answer, meets: Meets, { expect }: Asked): Finding {
  const missed = meets(said, expect);
  if (missed !== null) return { reason: 'unexpected_answer', detail: missed.detail };
  return mismatch(answer, expect) ?? { reason: 'ok', detail: null };
}

const schemaOnly = { json: requestedSchema };

/** The outcome of the probe `structured`; null for a reply without a visible character. */
function judgeStructured(answer: Answer, text: string, meets: Meets, asked: Asked): Finding | null {
  if (isBlank(text)) return null;
  const missed = meets(text, schemaOnly);
  if (missed === null) return byExpectation(text, answer, meets, asked);
  return answer.finish === 'length' && missed.begun ? cutByLimit : ignored(missed.detail);
}

/** No engine has a smaller context in tokens. */
const leastWindow = 512;

/** Whether a long question was not read as a whole; null where the answer decides like any other. */
function judgeContext(answer: Answer, text: string, tokens: number): Finding | null {
  const counted = answer.usage?.inputTokens ?? 0;
  const isRight = typed(text).includes(needle);
  const cut = (detail: string): Finding => ({ reason: 'context_truncated', detail });
  // A right answer was read of more than that: some APIs leave out what their own cache of prompts holds.
  const leavesOut = isRight && counted < leastWindow;
  if (isCut(counted, tokens) && !leavesOut)
    return cut(`the provider counts ${counted} tokens of about ${tokens}`);
  if (isBlank(text) || isRight) return null;
  if (answer.finish === 'length') return cutByLimit;
  if (counted === 0) return cut('the answer lacks the code word at the beginning of the question');
  const detail = `the answer lacks the code word at the beginning of ${counted} tokens`;
  return { reason: 'unexpected_answer', detail };
}

/** The beginning of a text in lower case with hyphens as on a keyboard. */
const typed = (text: string): string =>
  text
    .slice(0, longestArguments)
    .toLowerCase()
    .replace(/[\u2010-\u2013\u2212]/g, '-');

function judgeAbility(answer: Answer, asked: Asked & Ability, meets: Meets, text: string): Finding | null {
  if (answer.refusal !== null || answer.finish === 'filtered') return null;
  if (asked.probe === 'tools') return judgeTools(answer, text, meets, asked);
  if (asked.probe === 'structured') return judgeStructured(answer, text, meets, asked);
  return asked.probe === 'context' ? judgeContext(answer, text, asked.contextTokens ?? 0) : null;
}

/** The part of a model that says what was asked besides text. */
type Ability = Pick<Model, 'probe' | 'contextTokens'>;

/** Judges an answer without an error to any probe; `text` is its text without reasoning. */
export function judgeReply(answer: Answer, asked: Asked & Ability, meets: Meets, text: string): Finding {
  return judgeAbility(answer, asked, meets, text) ?? judgeAnswer(answer, asked, meets, text);
}

/** What an API or an engine refuses of these probes, in its words. */
const ability =
  '(?:`?\\w{0,20}`? )?["\'`]?(?:tools?|tool[ _-]?(?:use|calls?|calling|choice|config)|functions?|function[ _-]?(?:calls?|calling)|parallel[ _]tool[ _]calls|json[ _]?(?:schema|mode|object)|structured[ _-]?(?:outputs?|generation|decoding)|guided[ _-]?(?:decoding|json|generation)|response[ _]?(?:format|schema|mime ?type)|output[ _]?(?:format|config|schema)|text ?format)\\w{0,12}["\'`]?';

const refusals = [
  `do(?:es)?(?: not|n['’]t) (?:currently |yet |natively )?support (?:the |any |this |using )?(?:param(?:eter)?s?:? {0,2}[[{(]{0,2})?${ability}`,
  `${ability}.{0,60}?\\b(?:is|are|was|were) (?:not|n['’]t|un)\\s?(?:yet |currently )?(?:supported|enabled|available|allowed|permitted|implemented)`,
  `(?:not supported|unsupported|unavailable|unknown|unrecognized|unexpected|extra|not permitted|not allowed)\\b.{0,40}?${ability}`,
  `${ability}.{0,40}?\\b(?:is unavailable|unsupported|not supported|requires? (?:--|the flag|setting))`,
  'tool_choice.{0,60}?(?:incompatible|does not support)|tool_choice forces tool use',
  'requires --enable-auto-tool-choice|(?:tools?|tool_choice) param requires --jinja',
  '不支持.{0,12}(?:工具|函数|tool|function|response_format|json|结构化)',
].map((one) => new RegExp(one, 'i'));

/** Reasons of refusals that say that the request has what the API does not take. */
const refusing: ReadonlySet<Reason> = new Set(['invalid_request', 'endpoint_not_found', 'server_error']);

/** Most characters of an error in which a refusal is looked for. */
const longestRefusal = 2_000;

/**
 * The reason of an error that answers a probe of an ability. What is refused as not supported is `probe_unsupported`; a model that
 * tried and failed, as Groq reports with a 400, has the reason of a 200 that ignores what was asked.
 */
export function reasonOfRefusal(reason: Reason, { probe }: Pick<Model, 'probe'>, text: string): Reason {
  if (probe !== 'tools' && probe !== 'structured') return reason;
  if (reason === 'unexpected_answer') return 'capability_ignored';
  if (!refusing.has(reason)) return reason;
  const read = text.slice(0, longestRefusal);
  if (
    /failed to (?:generate|validate) json|json_validate_failed|tool_use_failed|did not call a tool/i.test(
      read,
    )
  )
    return 'capability_ignored';
  return refusals.some((one) => one.test(read)) ? 'probe_unsupported' : reason;
}
