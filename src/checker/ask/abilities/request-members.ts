import { isObject, type Members } from '../../../domain/json.js';
import type { Model } from '../../../domain/model.js';
import type { Dialect } from '../dialect.js';

/** Members that a probe adds to a chat request. */
export type Added = (model: Model) => Members;

/** Added members give way to those that `default_request_options` set, also inside of an object such as `generationConfig`. */
function merged(body: Members, added: Members, own: Members): Members {
  const values = Object.entries(added).map(([name, value]): [string, unknown] => {
    const before = body[name];
    if (isObject(before) && isObject(value)) return [name, { ...value, ...before }];
    return [name, name in own ? before : value];
  });
  const all = Object.entries({ ...body, ...Object.fromEntries(values) });
  return Object.fromEntries(all.filter(([, value]) => value !== null && value !== undefined));
}

/** A chat whose requests have more members. */
export function adding(chat: Dialect, added: Added): Dialect {
  return {
    ...chat,
    ask: (model) => {
      const question = chat.ask(model);
      return { ...question, body: merged(question.body ?? {}, added(model), model.requestOptions) };
    },
  };
}
