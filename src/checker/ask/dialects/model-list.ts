import type { Answer } from '../../verdict/answer.js';
import type { Dialect } from '../dialect.js';
import { isList, isObject } from '../../../domain/json.js';
import { blankAnswer, textOf } from './members.js';

const folded = (name: unknown): string =>
  textOf(name)
    .toLowerCase()
    .replace(/^models\//, '');

/** What an entry calls its model, and who serves it. */
function readEntry({ id, name, model, aliases, providers }: Readonly<Record<string, unknown>>) {
  const others = isList(aliases) ? aliases : [];
  return {
    names: [id, name, model, ...others].map(folded).filter((one) => one !== ''),
    servers: Array.isArray(providers)
      ? providers.filter(isObject).map(({ provider }) => folded(provider))
      : null,
  };
}

/** The words that choose a provider in the place of its name. */
const choices = ['fastest', 'cheapest', 'preferred'];

/** Looks names up with the tag and date that a list leaves out or adds, and with who serves the model. */
function listed(entries: readonly Readonly<Record<string, unknown>>[]): (wanted: string) => boolean {
  const names = new Set<string>();
  const served = new Map<string, Set<string>>();
  for (const { names: own, servers } of entries.map(readEntry)) {
    for (const name of own) {
      names
        .add(name)
        .add(name.replace(/:latest$/, ''))
        .add(name.replace(/-\d{8}$/, ''));
    }
    const [first] = own;
    if (servers !== null && first !== undefined) served.set(first, new Set([...servers, ...choices]));
  }
  return (wanted) => {
    const name = folded(wanted);
    const bare = name.replace(/:latest$/, '').replace(/-(?:latest|0)$/, '');
    const colon = name.lastIndexOf(':');
    return (
      names.has(name) ||
      names.has(bare) ||
      (colon !== -1 && served.get(name.slice(0, colon))?.has(name.slice(colon + 1)) === true)
    );
  };
}

/** Reads a list of models, whatever the API calls it. */
function readList(payload: unknown, whole: boolean): Answer | null {
  const members = isObject(payload) ? payload : {};
  const list = isList(payload) ? payload : (members.data ?? members.models);
  if (!Array.isArray(list)) return null;
  return { ...blankAnswer, models: { has: listed(list.filter(isObject)), whole } };
}

/** How a provider lists its models. */
interface Listing {
  /** What gets the whole list on one page. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it lists each name that it takes. */
  readonly whole?: boolean;
}

/** The list of models; free of tokens. */
export function modelList({ query = '', headers = {}, whole = false }: Listing = {}): Dialect {
  return {
    ask: ({ endpoint }) => ({ method: 'GET', path: endpoint.paths.models + query, body: null, headers }),
    read: (payload) => readList(payload, whole),
  };
}
