import { answerTo, calledTool, structuredAnswer, tokensOf } from './answer.js';
import { sendJson, type Call } from './call.js';
import type { Completion } from './shape.js';

/** Differences from a good answer. */
interface Variation {
  readonly text?: string;
  readonly finish?: Completion['finish'];
  /** Tokens spent on reasoning that is not shown. */
  readonly reasoningTokens?: number;
  /** The model named in the answer. */
  readonly model?: string;
  /** Set for a text where a tool or a schema was asked for. */
  readonly ignoring?: true;
  /** Arguments of the call of a tool. */
  readonly arguments?: string;
  /** Tokens of the question that are read, its last ones. */
  readonly read?: number;
  readonly turned?: number;
  /** The id and time of another reply. */
  readonly id?: string;
  readonly now?: number;
}

/** Seven tokens of overhead for each conversation, as OpenAI counts them. */
const tokensAround = 7;
const charactersPerToken = 4;

/** The text of the answer: the one of the behaviour, an object where a schema was asked for, or none beside a call. */
function textOf({ question, attached, wanted }: Call, variation: Variation): string {
  if (variation.text !== undefined) return variation.text;
  if (variation.ignoring === true || wanted === null) return answerTo(question, attached);
  return wanted === 'tool' ? '' : structuredAnswer;
}

function saidIn(asked: Call, { reasoningTokens = 0, read = Infinity, ...variation }: Variation): Completion {
  const { model, now, chance, wanted } = asked;
  const question = asked.question.slice(-read * charactersPerToken);
  const call = { ...asked, question };
  const text = textOf(call, variation);
  const calls = wanted === 'tool' && variation.ignoring !== true && variation.text === undefined;
  return {
    id: variation.id ?? Math.floor(chance * 2 ** 48).toString(36),
    now: variation.now ?? now,
    model: variation.model ?? model,
    finish: variation.finish ?? 'stop',
    text,
    call: calls ? { ...calledTool, arguments: variation.arguments ?? calledTool.arguments } : null,
    turned: variation.turned ?? 0,
    input: tokensOf(question) + tokensAround,
    output: tokensOf(text) + reasoningTokens,
    reasoning: reasoningTokens,
  };
}

/** The answer of an call, in the format of the requested API. */
export function completion(call: Call, variation: Variation = {}): object {
  return call.shape.whole(saidIn(call, variation));
}

/** The events of the answer; null unless the request has `stream`. */
export function completionEvents(call: Call, variation: Variation = {}) {
  const { stream } = call.shape;
  if (!call.stream || stream === undefined) return null;
  return { contentType: stream.contentType, events: stream.events(saidIn(call, variation)) };
}

/** Sends the answer: whole, or as events when the request has `stream`. */
export function complete(call: Call, variation: Variation = {}): void {
  const { response } = call;
  const stream = completionEvents(call, variation);
  if (stream === null) {
    sendJson(call, 200, completion(call, variation));
    return;
  }
  response.writeHead(200, { 'content-type': stream.contentType, 'cache-control': 'no-cache' });
  for (const event of stream.events) response.write(event);
  response.end();
}
