import type { Blame } from '../reason.js';
import type { Notice, ToldState } from './notice.js';

/** Which notices go to which channels. */
export interface Route {
  readonly match: {
    /** Null for any. */
    readonly blame: readonly (Blame | null)[] | null;
    readonly state: readonly Notice['what'][] | null;
    readonly reason: readonly string[] | null;
    readonly provider: readonly string[] | null;
    /** Tests the id of a model; null for any. */
    readonly model: ((id: string) => boolean) | null;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly to: readonly string[];
  /** Goes on with the next route after a match. */
  readonly goesOn: boolean;
  /** ms between reminders of what is still open; null for none. */
  readonly repeatMs: number | null;
}

export interface Limit {
  readonly count: number;
  readonly windowMs: number;
}

/** When and to whom notices are told; the same for all channels. */
export interface Policy {
  readonly routes: readonly Route[];
  /** Differs where the routes or the kinds of notices that are told do. */
  readonly digest: string;
  /** Members by which notices are gathered: `provider`, `blame`, `reason`, `state`, `model`, or `label.NAME`. */
  readonly groupBy: readonly string[];
  /** ms between the first notice of a group and its message. */
  readonly waitMs: number;
  /** Least ms between two messages of a group, except for its end. */
  readonly updateMs: number;
  readonly perChannel: Limit;
  /** Messages that tell of one model; beyond it the model is flapping. */
  readonly perModel: Limit;
  /** ms for which a state lasts before it is told; null for states that are not told. */
  readonly afterMs: Readonly<Record<ToldState, number | null>>;
  /** Tells that the reason of what lasts is another one. */
  readonly changes: boolean;
  /** Tells the end of what was told. */
  readonly ends: boolean;
  /** Tells that an incident was acknowledged, and that this was taken back. */
  readonly acknowledged: boolean;
  /** Tells remarks of this kind. */
  readonly version: boolean;
  readonly key: boolean;
  readonly budget: boolean;
  readonly objective: boolean;
  /** ms before the end of a certificate; null for never. */
  readonly certificateMs: number | null;
  /** Unix ms at which the quiet time for a state ends; null where there is none at `now`. */
  readonly quietUntil: (what: Notice['what'], now: number) => number | null;
}

/** What a route says of a notice for one channel. */
export interface Match {
  readonly repeatMs: number | null;
}

function fits({ match }: Route, notice: Notice): boolean {
  const { blame, state, reason, provider, model, labels } = match;
  // Nobody but who asks for it hears that the monitor itself does not know.
  const isOfMonitor = notice.what === 'unknown' || notice.blame === 'monitor';
  const isNamed = state?.includes(notice.what) === true || blame?.includes(notice.blame) === true;
  if (isOfMonitor && !isNamed) return false;
  if (blame !== null && !blame.includes(notice.blame)) return false;
  if (state !== null && !state.includes(notice.what)) return false;
  if (reason !== null && (notice.reason === null || !reason.includes(notice.reason))) return false;
  if (provider !== null && !provider.includes(notice.provider)) return false;
  if (model !== null && !model(notice.model)) return false;
  return Object.entries(labels).every(
    ([name, value]) => Object.hasOwn(notice.labels, name) && notice.labels[name] === value,
  );
}

/** What the routes say of a notice for a channel; null where it is not told there. */
export function matchOf({ routes }: Pick<Policy, 'routes'>, notice: Notice, channel: string): Match | null {
  for (const route of routes) {
    if (!fits(route, notice)) continue;
    if (route.to.includes(channel)) return { repeatMs: route.repeatMs };
    if (!route.goesOn) return null;
  }
  return null;
}

/** Values by which a notice is gathered with others. */
export function groupOf({ groupBy }: Pick<Policy, 'groupBy'>, notice: Notice): Record<string, string> {
  const value = (name: string): string => {
    const [, label] = /^label\.(.+)$/.exec(name) ?? [];
    if (label !== undefined) return Object.hasOwn(notice.labels, label) ? (notice.labels[label] ?? '') : '';
    switch (name) {
      case 'provider':
        return notice.provider;
      case 'blame':
        return notice.blame ?? '';
      case 'reason':
        return notice.reason ?? '';
      case 'model':
        return notice.model;
      default:
        return notice.what;
    }
  };
  return Object.fromEntries(groupBy.map((name) => [name, value(name)]));
}
