/** What a limit of a provider counts. */
export const limitKinds = ['requests', 'tokens'] as const;
export type LimitKind = (typeof limitKinds)[number];

/** A limit as a reply tells it; of several periods the one with the least left. */
export interface Limit {
  readonly limit: number;
  readonly remaining: number;
  /** Unix ms at which it is full again; null where the reply does not say so. */
  readonly resetAt: number | null;
  /** Unix ms until which the figure holds. */
  readonly until: number;
}

export type Headroom = Readonly<Partial<Record<LimitKind, Limit>>>;

/** The share of a limit that is left. */
export const ratioOf = ({ limit, remaining }: Limit): number => Math.min(1, remaining / limit);

/** The limit of a kind while it holds at `now`; null once it is reset, or without one. */
export function limitAt(headroom: Headroom, kind: LimitKind, now: number): Limit | null {
  const limit = headroom[kind];
  return limit !== undefined && now < limit.until ? limit : null;
}

/** The limit of which less is left. */
export function tighter(one: Limit | undefined, other: Limit): Limit {
  return one !== undefined && ratioOf(one) <= ratioOf(other) ? one : other;
}
