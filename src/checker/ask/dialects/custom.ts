import type { Answer } from '../../verdict/answer.js';
import type { Dialect } from '../dialect.js';
import { blankAnswer } from './members.js';
import { isObject } from '../../../domain/json.js';

/** Replaces `{prompt}` with the question in all strings of the payload. */
function filled(value: unknown, prompt: string): unknown {
  if (typeof value === 'string') return value.replaceAll('{prompt}', () => prompt);
  if (Array.isArray(value)) return value.map((item) => filled(item, prompt));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, prompt)]));
}

/** Converts a string, number or boolean to an answer, null to an empty one; null for HTML, lists and objects. */
function read(found: unknown): Answer | null {
  if (found === null || found === undefined) return blankAnswer;
  if (typeof found === 'object') return null;
  const text = typeof found === 'string' ? found : JSON.stringify(found);
  return /^\s*<(?:!doctype|html)/i.test(text) ? null : { ...blankAnswer, text };
}

/** A custom API: sends `custom_payload`; `custom_response_format` extracts the answer, which is the whole body without it. */
export const custom: Dialect = {
  ask: (model) => {
    const payload = filled(model.custom?.payload, model.query);
    return {
      method: 'POST',
      path: model.endpoint.paths.chat,
      body: { ...(isObject(payload) && payload), ...model.requestOptions },
    };
  },
  read,
  plain: (model) => (model.custom?.responseFormat ?? null) === null,
  extract: (text, payload, model, jq) => {
    const format = model.custom?.responseFormat ?? null;
    if (format !== null) return jq(format, text);
    return Promise.resolve(typeof payload === 'object' ? JSON.stringify(payload) : payload);
  },
};
