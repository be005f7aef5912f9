import type { Expectation, Model } from '../domain/model.js';
import type { Reason } from '../domain/reason.js';
import type { Usage } from '../domain/result.js';

/** What a successful reply answered, whatever its API calls the parts. */
export interface Answer {
  /** As the model wrote it; reasoning between `<think>` marks may still be inside. */
  readonly text: string;
  /** Reasoning the API keeps apart. */
  readonly reasoning: string;
  /** Null when the API gave none; `other` for those that decide nothing. */
  readonly finish: 'stop' | 'length' | 'filtered' | 'error' | 'other' | null;
  readonly refusal: string | null;
  readonly usage: Usage | null;
  readonly model: string | null;
  /** What the API names the build that answered, such as OpenAI's `system_fingerprint`. */
  readonly fingerprint?: string | null;
  /** Length of the vector of an embedding, which stands in the place of text. */
  readonly vector?: number;
  /** Names in a list of models, which stands in the place of text. */
  readonly models?: readonly string[];
  /** An error inside the answer; undefined for none. */
  readonly error?: unknown;
}

/** Says in words how a text misses the expectation; null when it meets it. */
export type Meets = (text: string, expect: Expectation) => string | null;

export interface Finding {
  readonly reason: Reason;
  readonly detail: string | null;
}

/** The text without reasoning: what an unclosed `<think>` begins and what an unopened `</think>` ends is none. */
export function visibleText(text: string): string {
  let visible = '';
  let inside = false;
  let from = 0;
  for (const mark of text.matchAll(/<(\/?)(?:think|thinking|reasoning)>/gi)) {
    const closes = mark[1] === '/';
    if (closes && !inside) visible = '';
    else if (!inside) visible += text.slice(from, mark.index);
    inside = !closes;
    from = mark.index + mark[0].length;
  }
  return (inside ? visible : visible + text.slice(from)).trim();
}

/** True for one token repeated: what a broken engine says. */
export function isDegenerate(text: string): boolean {
  const line = text.replace(/\s+/g, ' ').trim().slice(0, 4_096);
  for (let period = 1; period <= 16 && line.length >= Math.max(20, period * 8); period += 1) {
    let at = period;
    while (at < line.length && line[at] === line[at - period]) at += 1;
    if (at === line.length) return true;
  }
  return false;
}

function produced({ text, reasoning, usage }: Answer): boolean {
  return usage === null ? text.trim() !== '' || reasoning.trim() !== '' : usage.outputTokens > 0;
}

function mismatch({ model }: Answer, { model: allowed }: Expectation): Finding | null {
  if (allowed === undefined || model === null) return null;
  if (allowed.some((name) => name.toLowerCase() === model.toLowerCase())) return null;
  return { reason: 'model_mismatch', detail: `the reply names the model ${model}` };
}

function judgeList(names: readonly string[], wanted: string): Finding {
  const listed = names.some((name) => name.toLowerCase() === wanted.toLowerCase());
  return listed
    ? { reason: 'ok', detail: 'it is in the list of models, which proves no health' }
    : { reason: 'model_not_found', detail: 'not in the list of models' };
}

/** Judges an answer in which there is no error. */
export function judgeAnswer(
  answer: Answer,
  { expect, modelName }: Pick<Model, 'expect' | 'modelName'>,
  meets: Meets,
): Finding {
  if (answer.models !== undefined) return judgeList(answer.models, modelName);
  if (answer.vector === 0) return { reason: 'empty_response', detail: 'an empty vector' };
  if (answer.vector !== undefined) return mismatch(answer, expect) ?? { reason: 'ok', detail: null };
  if (answer.refusal !== null) return { reason: 'content_filtered', detail: `refused: ${answer.refusal}` };
  if (answer.finish === 'filtered')
    return { reason: 'content_filtered', detail: 'finished by a content filter' };
  const text = visibleText(answer.text);
  const cut = answer.finish === 'length';
  const truncated: Finding = {
    reason: 'output_truncated',
    detail: 'cut by the token limit before it could be judged',
  };
  // Signs that cannot be seen are no answer either.
  if (!/[^\s\p{Cc}\p{Cf}]/u.test(text)) {
    if (cut && produced(answer))
      return { ...truncated, detail: 'the token limit was used up before any visible text' };
    return {
      reason: 'empty_response',
      detail: answer.reasoning.trim() === '' ? null : 'reasoning without an answer',
    };
  }
  const textual = expect.equals === undefined && expect.regex === undefined;
  if (textual && isDegenerate(text)) return { reason: 'unexpected_answer', detail: 'one token repeated' };
  const missed = meets(text, expect);
  if (missed !== null) return cut ? truncated : { reason: 'unexpected_answer', detail: missed };
  return mismatch(answer, expect) ?? { reason: 'ok', detail: null };
}
