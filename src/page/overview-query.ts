import { blames, type Blame } from '../domain/reason.js';
import { states, type State } from '../domain/state.js';

export const densities = ['full', 'compact'] as const;
export type Density = (typeof densities)[number];

/** What the address of the overview asks for; an unknown value is as if it were absent. */
export interface OverviewQuery {
  /** Alternatives. */
  readonly states: readonly State[];
  /** `key:value`; all of them have to hold. */
  readonly labels: readonly string[];
  readonly blame: Blame | null;
  /** Words to find, in lower case. */
  readonly text: string;
  /** `none`, `provider` or `label:KEY`; null for the default. */
  readonly group: string | null;
  readonly density: Density;
  /** Rows on one page. */
  readonly limit: number;
}

const longestText = 200;
const usualLimit = 200;
const mostLimit = 1_000;

function oneOf<Word extends string>(words: readonly Word[], text: string | null): Word | null {
  return words.find((word) => word === text) ?? null;
}

/** Reads the address; `density` is the reader's choice of last time. */
export function readOverviewQuery(parameters: URLSearchParams, density: Density): OverviewQuery {
  const labels = parameters.getAll('label').filter((label) => label.includes(':'));
  const limit = Number(parameters.get('limit') ?? usualLimit);
  return {
    states: states.filter((state) => parameters.getAll('state').includes(state)),
    labels: [...new Set(labels)].slice(0, 16).map((label) => label.slice(0, longestText)),
    blame: oneOf(blames, parameters.get('blame')),
    text: (parameters.get('q') ?? '').slice(0, longestText).trim().toLowerCase(),
    group: parameters.get('group')?.slice(0, longestText) ?? null,
    density: oneOf(densities, parameters.get('density')) ?? density,
    limit: Number.isInteger(limit) && limit > 0 ? Math.min(limit, mostLimit) : usualLimit,
  };
}

/** The address of the overview with these changes; `?` for none. */
export function overviewAddress(query: OverviewQuery, changes: Partial<OverviewQuery> = {}): string {
  const next = { ...query, ...changes };
  const parameters = new URLSearchParams();
  if (next.text !== '') parameters.set('q', next.text);
  for (const state of next.states) parameters.append('state', state);
  for (const label of next.labels) parameters.append('label', label);
  if (next.blame !== null) parameters.set('blame', next.blame);
  if (next.group !== null) parameters.set('group', next.group);
  if (next.limit !== usualLimit) parameters.set('limit', String(next.limit));
  const text = parameters.toString();
  return text === '' ? '/' : `/?${text}`;
}
