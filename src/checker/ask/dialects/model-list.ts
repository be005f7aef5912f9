import type { Answer } from '../../verdict/answer.js';
import type { Dialect } from '../dialect.js';
import { isList, isObject } from '../../../domain/json.js';
import { blankAnswer } from './members.js';

const folded = (name: unknown): string =>
  typeof name === 'string' ? name.toLowerCase().replace(/^models\//, '') : '';

type Entry = Readonly<Record<string, unknown>>;

/** True if the predicate accepts a name of the entry. */
function isNamed({ id, name, model, aliases }: Entry, fits: (name: string) => boolean): boolean {
  return (
    [id, name, model].some((one) => fits(folded(one))) ||
    (isList(aliases) && aliases.some((one) => fits(folded(one))))
  );
}

/** Selectors accepted instead of a provider's name. */
const choices = ['fastest', 'cheapest', 'preferred'];

/** True if an entry is the model `name` of this provider. */
function isServed({ id, name, model, aliases, providers }: Entry, wanted: string, by: string): boolean {
  const names = [id, name, model, ...(isList(aliases) ? aliases : [])];
  if (!isList(providers) || names.map(folded).find((one) => one !== '') !== wanted) return false;
  return choices.includes(by) || providers.some((one) => isObject(one) && folded(one.provider) === by);
}

const untagged = (name: string): string => name.replace(/:latest$/, '').replace(/-(?:latest|0)$/, '');

/** Creates a test of an entry for a name, which tolerates a missing or added tag or date and a provider suffix. */
function serves(wanted: string): (entry: unknown) => boolean {
  const name = folded(wanted);
  const bare = untagged(name);
  const isWanted = (one: string): boolean => one === name || one === bare;
  const fits = (one: string): boolean =>
    one.startsWith(bare) &&
    one !== '' &&
    [one, one.replace(/:latest$/, ''), one.replace(/-\d{8}$/, '')].some(isWanted);
  const colon = name.lastIndexOf(':');
  const [model, by] = colon === -1 ? ['', ''] : [name.slice(0, colon), name.slice(colon + 1)];
  return (entry) => isObject(entry) && (isNamed(entry, fits) || (model !== '' && isServed(entry, model, by)));
}

/** Parses a list of models in any known format. */
function readList(payload: unknown, whole: boolean): Answer | null {
  const members = isObject(payload) ? payload : {};
  const list = isList(payload) ? payload : (members.data ?? members.models);
  if (!Array.isArray(list)) return null;
  // One look-up is made per list, so the list is read once and not indexed.
  return { ...blankAnswer, models: { has: (wanted) => list.some(serves(wanted)), whole } };
}

/** Before a name in the text of a list. */
const beforeName = String.raw`"(?:id|name|model)"\s{0,8}:\s{0,8}"`;
const aName = new RegExp(`${beforeName}[^"]`);
const aList = /^\s*(?:\[|\{[^]*?"(?:data|models)"\s{0,8}:\s{0,8}\[)/;

/** Most names that are compared of those that begin as the wanted one does. */
const mostAlike = 1_000;

/** Searches the beginning of a list of models, which is too long to be parsed, for names; null for another text. */
function readBeginning(text: string): Answer | null {
  if (!aList.test(text) || !aName.test(text)) return null;
  const has = (wanted: string): boolean => {
    const escaped = untagged(folded(wanted)).replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
    // What may follow is a tag or a date.
    const alike = new RegExp(`${beforeName}((?:models/)?${escaped}[^"]{0,16})"`, 'g');
    const names = text
      .toLowerCase()
      .replaceAll(String.raw`\/`, '/')
      .matchAll(alike);
    const fits = serves(wanted);
    let seen = 0;
    for (const [, id] of names) {
      seen += 1;
      if (fits({ id })) return true;
      if (seen === mostAlike) return false;
    }
    return false;
  };
  return { ...blankAnswer, models: { has, whole: false, cut: true } };
}

/** Properties of a provider's model list. */
interface Listing {
  /** Query string that returns the whole list on one page. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** True when the list has every name that the provider accepts. */
  readonly whole?: boolean;
}

/** Requests the list of models; uses no tokens. */
export function modelList({ query = '', headers = {}, whole = false }: Listing = {}): Dialect {
  return {
    ask: ({ endpoint }) => ({ method: 'GET', path: endpoint.paths.models + query, body: null, headers }),
    read: (payload) => readList(payload, whole),
    readPart: readBeginning,
  };
}
