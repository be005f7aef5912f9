import { answerTo, tokensOf } from './answer.js';
import { sendJson, type Exchange } from './exchange.js';
import type { Said } from './shape.js';

/** Differences from a good answer. */
interface Variation {
  readonly text?: string;
  readonly finish?: Said['finish'];
  /** Tokens spent on reasoning that is not shown. */
  readonly reasoningTokens?: number;
  /** The model named in the answer. */
  readonly model?: string;
}

/** Seven tokens of overhead for each conversation, as OpenAI counts them. */
const tokensAround = 7;

function saidIn(exchange: Exchange, { reasoningTokens = 0, ...variation }: Variation): Said {
  const { question, attached, model, now, chance } = exchange;
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

/** The answer of an exchange, in the format of the requested API. */
export function completion(exchange: Exchange, variation: Variation = {}): object {
  return exchange.shape.whole(saidIn(exchange, variation));
}

/** Sends the answer: whole, or as events when the request has `stream`. */
export function complete(exchange: Exchange, variation: Variation = {}): void {
  const { response, shape } = exchange;
  if (!exchange.stream || shape.stream === undefined) {
    sendJson(exchange, 200, completion(exchange, variation));
    return;
  }
  const { contentType, events } = shape.stream;
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache' });
  for (const event of events(saidIn(exchange, variation))) response.write(event);
  response.end();
}
