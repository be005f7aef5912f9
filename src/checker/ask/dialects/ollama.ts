import type { Model } from '../../../domain/model.js';
import type { Answer } from '../../verdict/answer.js';
import { attached, chatPath } from '../attachment.js';
import type { Dialect, Question } from '../dialect.js';
import { isObject } from '../../../domain/json.js';
import { finishOf } from './finish-mark.js';
import { blankAnswer, isFilled, textOf, usageOf } from './members.js';
import { piecewise } from './piecewise.js';
import { bodyWith, chatMessages, tokenLimit } from './token-limit.js';

function ask(model: Model, stream: boolean): Question {
  const { requestOptions, modelName } = model;
  const options = isObject(requestOptions.options) ? requestOptions.options : {};
  const images = attached(model, ({ base64 }) => base64);
  const body = {
    model: modelName,
    messages: chatMessages(model, images.length === 0 ? {} : { images }),
    // gpt-oss knows levels only, and takes the lowest for "off".
    think: /gpt-oss/i.test(modelName) ? 'low' : false,
    stream,
  };
  return {
    method: 'POST',
    path: chatPath(model),
    body: {
      ...bodyWith(body, model),
      options: bodyWith({ num_predict: tokenLimit(model), temperature: 0 }, { requestOptions: options }),
    },
    ...(stream && { headers: { accept: 'application/x-ndjson' } }),
  };
}

function read(payload: unknown): Answer | null {
  if (!isObject(payload) || !isObject(payload.message)) return null;
  const { content, thinking } = payload.message;
  return {
    ...blankAnswer,
    text: textOf(content),
    reasoning: textOf(thinking),
    finish: finishOf(payload.done_reason) ?? (payload.done === true ? 'stop' : null),
    usage: usageOf(payload.prompt_eval_count, payload.eval_count),
    model: textOf(payload.model) || null,
    called: isFilled(payload.message.tool_calls),
  };
}

/** Ollama's chat API. */
export const ollamaChat: Dialect = { ask: (model) => ask(model, false), read };

/** The same, streamed, one object per line. */
export const ollamaChatStream: Dialect = {
  ask: (model) => ask(model, true),
  read,
  stream: { framing: 'ndjson', take: piecewise(read) },
};
