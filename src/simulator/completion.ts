import { answerTo, tokensOf } from './answer.js';
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
}

/** Seven tokens of overhead for each conversation, as OpenAI counts them. */
const tokensAround = 7;

function saidIn(call: Call, { reasoningTokens = 0, ...variation }: Variation): Completion {
  const { question, attached, model, now, chance } = call;
  const text = variation.text ?? answerTo(question, attached);
  return {
    id: Math.floor(chance * 2 ** 48).toString(36),
    now,
    model,
    finish: 'stop',
    ...variation,
    text,
    input: tokensOf(question) + tokensAround,
    output: tokensOf(text) + reasoningTokens,
    reasoning: reasoningTokens,
  };
}

/** The answer of an call, in the format of the requested API. */
export function completion(call: Call, variation: Variation = {}): object {
  return call.shape.whole(saidIn(call, variation));
}

/** Sends the answer: whole, or as events when the request has `stream`. */
export function complete(call: Call, variation: Variation = {}): void {
  const { response, shape } = call;
  if (!call.stream || shape.stream === undefined) {
    sendJson(call, 200, completion(call, variation));
    return;
  }
  const { contentType, events } = shape.stream;
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache' });
  for (const event of events(saidIn(call, variation))) response.write(event);
  response.end();
}
