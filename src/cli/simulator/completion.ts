import { answerTo, tokensOf } from './answer.js';
import { sendJson, type Exchange } from './exchange.js';

/** What an answer says where it differs from a good one. */
export interface Variation {
  readonly text?: string;
  readonly finish?: 'stop' | 'length' | 'content_filter';
  /** Tokens spent on reasoning that is not shown. */
  readonly reasoningTokens?: number;
  /** The model that claims to have answered. */
  readonly model?: string;
}

/** The chat completion of an exchange, in OpenAI's shape. */
export function completion(exchange: Exchange, variation: Variation = {}): object {
  const { text, finish, model } = filled(exchange, variation);
  return {
    ...envelope(exchange, 'chat.completion', model),
    choices: [
      { index: 0, message: { role: 'assistant', content: text, refusal: null }, finish_reason: finish },
    ],
    usage: usage(exchange, variation),
  };
}

/** Answers with a completion: whole, or as events when the request asked for a stream. */
export function complete(exchange: Exchange, variation: Variation = {}): void {
  if (exchange.stream) streamCompletion(exchange, variation);
  else sendJson(exchange, 200, completion(exchange, variation));
}

function streamCompletion(exchange: Exchange, variation: Variation): void {
  const { text, finish, model } = filled(exchange, variation);
  const chunk = (more: object) =>
    `data: ${JSON.stringify({ ...envelope(exchange, 'chat.completion.chunk', model), ...more })}\n\n`;
  const delta = (content: object, finishReason: string | null) =>
    chunk({ choices: [{ index: 0, delta: content, finish_reason: finishReason }] });
  const { response } = exchange;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(delta({ role: 'assistant', content: '' }, null));
  for (const word of text.match(/\s*\S+/g) ?? []) response.write(delta({ content: word }, null));
  response.write(delta({}, finish));
  response.write(chunk({ choices: [], usage: usage(exchange, variation) }));
  response.end('data: [DONE]\n\n');
}

function filled(exchange: Exchange, variation: Variation): Required<Omit<Variation, 'reasoningTokens'>> {
  return { text: answerTo(exchange.question), finish: 'stop', model: exchange.model, ...variation };
}

function envelope({ now, chance }: Exchange, object: string, model: string): object {
  const id = `chatcmpl-${Math.floor(chance * 2 ** 48).toString(36)}`;
  return { id, object, created: Math.floor(now / 1000), model };
}

/** Seven tokens around each conversation, as OpenAI counts them. */
function usage(exchange: Exchange, variation: Variation): object {
  const { reasoningTokens = 0 } = variation;
  const prompt = tokensOf(exchange.question) + 7;
  const output = tokensOf(filled(exchange, variation).text) + reasoningTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}
