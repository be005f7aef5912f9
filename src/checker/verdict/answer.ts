import type { ToolCall } from '../../domain/ability.js';
import type { Challenge } from '../../domain/challenge.js';
import type { Expectation, Model } from '../../domain/model.js';
import type { Reason } from '../../domain/reason.js';
import type { Usage } from '../../domain/result.js';
import { normOf } from '../../domain/vector.js';
import { isReasoning } from '../ask/dialects/reasoning.js';
import { brokenText, brokenThought, strongSign } from './broken-text.js';
import { isBlank } from './broken-text/blank.js';
import { missesChallenge } from './challenge-answer.js';

/** What an API names one reply. */
export interface ReplyIdentity {
  readonly id: string;
  /** Unix ms, by the clock of the provider. */
  readonly createdAt: number;
}

/** The answer in a successful reply, independent of the API. */
export interface Answer {
  /** As the model wrote it; reasoning between `<think>` marks may still be inside. */
  readonly text: string;
  /** Reasoning the API keeps apart. */
  readonly reasoning: string;
  /** Null when the API gave none; `miscalled` for a tool call that the API does not take, `other` for those that decide nothing. */
  readonly finish: 'stop' | 'length' | 'filtered' | 'called' | 'miscalled' | 'error' | 'other' | null;
  readonly refusal: string | null;
  readonly usage: Usage | null;
  /** Tokens of reasoning among those produced; null or undefined where the API does not count them. */
  readonly reasoningTokens?: number | null;
  readonly model: string | null;
  /** What the API names the build that answered, such as OpenAI's `system_fingerprint`. */
  readonly fingerprint?: string | null;
  /** Undefined where the API gives no id and time of its own for each reply. */
  readonly identity?: ReplyIdentity;
  /** Length of the vector of an embedding, which stands in the place of text; 0 for one that holds nothing. */
  readonly vector?: number;
  /** A list of models, which stands in the place of text. */
  readonly models?: Listed;
  /** The numbers of that vector, where they are read. */
  readonly values?: readonly number[];
  /** A tool was called. */
  readonly called?: boolean;
  /** The calls of a tool that was offered. */
  readonly calls?: readonly ToolCall[];
  /** An error inside the answer; undefined for none. */
  readonly error?: unknown;
}

/** A list of models. */
interface Listed {
  readonly has: (name: string) => boolean;
  /** Whether the API lists each name it takes; aliases are missing in most lists. */
  readonly whole: boolean;
  /** Set where the list is longer than what is read of it. */
  readonly cut?: boolean;
}

/** Difference between a text and the expectation. */
export interface Miss {
  readonly detail: string;
  /** The text may be the beginning of one that meets it. */
  readonly begun: boolean;
}

/** Compares a text with the expectation; null when it meets it. */
export type Meets = (text: string, expect: Expectation) => Miss | null;

/** The question and the expectation. */
export type Asked = Pick<Model, 'expect' | 'modelName' | 'query' | 'systemPrompt'> & {
  /** The token limit of the request; null, or undefined, where it had none. */
  readonly sentLimit?: () => number | null;
  /** The question, where it is a fresh one; its answer is then compared in the place of texts that are expected. */
  readonly challenge?: Challenge | null;
};

/** The reason of an answer. */
export interface Finding {
  readonly reason: Reason;
  readonly detail: string | null;
}

/** Most marks of reasoning that are read. A mebibyte can have 130,000; no model thinks so often. */
const mostMarks = 1_000;

const marksOfReasoning = /[<[◁](\/?)(?:(?:seed:)?think|thinking|reasoning|thought)[>\]▷]/gi;

const withoutMarks = (text: string): string => text.replace(marksOfReasoning, '');

/** The text without reasoning. Text after an unclosed `<think>` and before an unopened `</think>` is reasoning. */
export function visibleText(text: string): string {
  let visible = '';
  let inside = false;
  let from = 0;
  let closed = false;
  let marks = 0;
  for (const mark of text.matchAll(marksOfReasoning)) {
    marks += 1;
    if (marks > mostMarks) break;
    const closes = mark[1] === '/';
    const after = mark.index + mark[0].length;
    // Some models close it again behind the answer.
    const again = closed && !/\S/.test(text.slice(after));
    if (closes && !inside && !again) visible = '';
    else if (!inside) visible += text.slice(from, mark.index);
    closed ||= closes;
    inside = !closes;
    from = after;
  }
  return (inside ? visible : visible + text.slice(from)).trim();
}

/** Smallest token limit at which blanks alone are a failure: many answers, and reasoning behind `<think>`, begin with line breaks. */
const tellingLimit = 8;

/** Tokens that a model which is known to reason has spent on it, whatever else is said. */
const muchReasoning = 64;

/**
 * True if the tokens may have been spent on reasoning that is not shown, or were too few to tell. A visible text of blanks is output, and so
 * is what usage does not count as reasoning; who stops long before the limit has not used it up.
 */
function mayHaveReasoned(
  written: string,
  { usage, reasoningTokens }: Answer,
  { sentLimit, modelName }: Asked,
): boolean {
  const limit = sentLimit?.() ?? null;
  if ((reasoningTokens ?? 0) > 0) return true;
  if (written !== '') return limit !== null && limit < tellingLimit;
  // Gateways drop the reasoning, write zeros, and have limits of their own.
  if (usage !== null && usage.outputTokens >= muchReasoning && isReasoning(modelName)) return true;
  if (reasoningTokens === 0 || usage === null || usage.outputTokens === 0) return false;
  return usage.outputTokens * 2 >= (limit ?? 0);
}

/** A reply that names another model than expected; null otherwise. */
export function mismatch({ model }: Answer, { model: allowed }: Expectation): Finding | null {
  if (allowed === undefined || model === null) return null;
  if (allowed.some((name) => name.toLowerCase() === model.toLowerCase())) return null;
  return { reason: 'model_mismatch', detail: `the reply names the model ${model}` };
}

/** Longest difference of a vector's length from the expected one, as a part of that. */
const normTolerance = 0.01;

/** A vector that does not have the expected size or length; null otherwise. */
function vectorMiss({ values = [], vector }: Answer, { dimensions, norm }: Expectation): Finding | null {
  const miss = (detail: string): Finding => ({ reason: 'unexpected_answer', detail });
  if (dimensions !== undefined && vector !== dimensions)
    return miss(`the vector has ${vector} numbers instead of ${dimensions}`);
  if (norm === undefined) return null;
  const length = normOf(values);
  return Math.abs(length - norm) <= norm * normTolerance
    ? null
    : miss(`the vector has the length ${Number(length.toPrecision(4))} instead of ${norm}`);
}

function judgeList({ has, whole, cut = false }: Listed, wanted: string): Finding {
  if (has(wanted))
    return {
      reason: 'ok',
      detail: 'the list of models has this name, which does not show that it answers',
    };
  if (cut)
    return { reason: 'ok', detail: 'the list of models is too long; the part that is read lacks this name' };
  return whole
    ? { reason: 'model_not_found', detail: 'not in the list of models' }
    : { reason: 'ok', detail: 'the list of models lacks this name, but may omit aliases' };
}

/** True where the model called a tool, or tried to. */
export const endsInCall = ({ called, finish }: Answer): boolean =>
  called === true || finish === 'called' || finish === 'miscalled';

/** The reason for an answer without a visible character. */
function judgeNothing(answer: Answer, asked: Asked): Finding {
  if (endsInCall(answer)) return { reason: 'unexpected_answer', detail: 'a tool call instead of an answer' };
  const written = withoutMarks(answer.text);
  const reasoning = [withoutMarks(answer.reasoning), written].find((text) => !isBlank(text));
  const detail = written === '' ? null : 'nothing but blanks';
  if (answer.finish !== 'length')
    return {
      reason: 'empty_response',
      detail: reasoning === undefined ? detail : 'reasoning without an answer',
    };
  const question = [asked.query, asked.systemPrompt ?? ''].join('\n');
  const broken = reasoning === undefined ? null : brokenThought(reasoning, question);
  if (broken !== null) return { reason: 'unexpected_answer', detail: `in the reasoning: ${broken}` };
  return reasoning !== undefined || mayHaveReasoned(written, answer, asked)
    ? { reason: 'output_truncated', detail: 'the token limit was used up before any visible text' }
    : { reason: 'empty_response', detail };
}

/** True if the expectation asks for JSON, or has a part without letters and digits. */
function wantsSigns({ contains, json }: Expectation): boolean {
  return json !== undefined || contains?.some((part) => !/[\p{L}\p{N}]/u.test(part)) === true;
}

/** The kind of broken text; null when the text is intact or meets the expectation. */
function brokenIn(text: string, cut: boolean, missed: Miss | null, asked: Asked): string | null {
  const { expect, query, systemPrompt, challenge = null } = asked;
  const { equals, regex, json, contains } = expect;
  if (missed === null && (equals ?? json) !== undefined) return null;
  const question = [query, systemPrompt ?? ''].join('\n');
  // They prove a part of the text alone.
  if (missed === null && (challenge !== null || regex !== undefined || (contains ?? []).length > 0))
    return strongSign(text, question);
  return brokenText(text, { cut, signsWanted: wantsSigns(expect), question });
}

function judgeText(text: string, cut: boolean, asked: Asked, meets: Meets): Finding {
  const { challenge = null } = asked;
  const missed = challenge === null ? meets(text, asked.expect) : missesChallenge(text, challenge);
  const broken = brokenIn(text, cut, missed, asked);
  if (broken !== null) return { reason: 'unexpected_answer', detail: broken };
  if (missed === null) return { reason: 'ok', detail: null };
  if (cut && missed.begun)
    return { reason: 'output_truncated', detail: 'cut by the token limit before it could be judged' };
  return { reason: 'unexpected_answer', detail: missed.detail };
}

/** Judges an answer without an error; `text` is its text without reasoning. */
export function judgeAnswer(
  answer: Answer,
  asked: Asked,
  meets: Meets,
  text = visibleText(answer.text),
): Finding {
  const { expect, modelName } = asked;
  if (answer.models !== undefined) return judgeList(answer.models, modelName);
  if (answer.vector === 0) return { reason: 'empty_response', detail: 'an empty vector' };
  if (answer.vector !== undefined)
    return vectorMiss(answer, expect) ?? mismatch(answer, expect) ?? { reason: 'ok', detail: null };
  if (answer.refusal !== null) return { reason: 'content_filtered', detail: `refused: ${answer.refusal}` };
  if (answer.finish === 'filtered')
    return { reason: 'content_filtered', detail: 'finished by a content filter' };
  if (isBlank(text)) return judgeNothing(answer, asked);
  const found = judgeText(text, answer.finish === 'length', asked, meets);
  return found.reason === 'ok' ? (mismatch(answer, expect) ?? found) : found;
}
