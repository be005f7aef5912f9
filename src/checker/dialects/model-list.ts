import type { Answer } from '../answer.js';
import type { Dialect } from '../dialect.js';
import { isObject } from '../error-member.js';
import { blankAnswer, textOf } from './members.js';

/** The names one entry of a list answers to: with its prefix or tag and without, undated, and by who serves it. */
function namesOf({ id, name, model, aliases, providers }: Readonly<Record<string, unknown>>): string[] {
  const listed = [id, name, model, ...(Array.isArray(aliases) ? (aliases as unknown[]) : [])];
  const whole = listed.map(textOf).filter((one) => one !== '');
  const bare = whole.map((one) => one.replace(/^models\/|:latest$/, ''));
  const undated = bare.map((one) => one.replace(/-\d{8}$/, '')).filter((one) => !bare.includes(one));
  // Hugging Face takes the name of a provider, or how to choose one, behind the model's.
  const served = Array.isArray(providers)
    ? [
        ...providers.filter(isObject).map(({ provider }) => textOf(provider)),
        'fastest',
        'cheapest',
        'preferred',
      ]
    : [];
  return [
    ...whole,
    ...bare,
    ...undated.flatMap((one) => [one, `${one}-latest`, `${one}-0`]),
    ...served.flatMap((tag) => bare.map((one) => `${one}:${tag}`)),
  ];
}

/** The names in a list of models, whatever the API calls it. */
function readList(payload: unknown): Answer | null {
  const members = isObject(payload) ? payload : {};
  const list = Array.isArray(payload) ? (payload as unknown[]) : (members.data ?? members.models);
  if (!Array.isArray(list)) return null;
  return { ...blankAnswer, models: [...new Set(list.filter(isObject).flatMap(namesOf))] };
}

/** The list of models, with `query` to get it whole; free of tokens. */
export function modelList(query = '', headers: Readonly<Record<string, string>> = {}): Dialect {
  return {
    ask: ({ endpoint }) => ({ method: 'GET', path: endpoint.paths.models + query, body: null, headers }),
    read: readList,
  };
}
