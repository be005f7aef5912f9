import type { Notice, ToldState } from '../../../src/domain/notify/notice.js';
import type { Policy } from '../../../src/domain/notify/policy.js';
import { blameFor, type Reason } from '../../../src/domain/reason.js';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const start = Date.UTC(2026, 10, 1);

/** The defaults of the configuration, to one channel. */
export function policyOf(changes: Partial<Policy> = {}): Policy {
  const any = { blame: null, state: null, reason: null, provider: null, model: null, labels: {} };
  return {
    digest: 'routes',
    routes: [{ match: any, to: ['team'], goesOn: false, repeatMs: null }],
    groupBy: ['provider', 'blame', 'reason'],
    waitMs: 20 * second,
    updateMs: 5 * minute,
    perChannel: { count: 20, windowMs: 10 * minute },
    perModel: { count: 6, windowMs: hour },
    afterMs: { unhealthy: 0, degraded: 15 * minute, unknown: 15 * minute, maintenance: 0 },
    ...{ changes: true, ends: true, acknowledged: true },
    ...{ version: true, key: true, budget: true, objective: true },
    certificateMs: null,
    quietUntil: () => null,
    ...changes,
  };
}

/** A state of a model from `from` to `to` (ms after the start), as the notices that tell it. */
export function spell(
  model: string,
  from: number,
  to: number | null,
  options: { what?: ToldState; reason?: Reason; provider?: string } = {},
): Notice[] {
  const { what = 'unhealthy', reason = 'server_error', provider = 'openai' } = options;
  const base = {
    ...{ what, model, provider, labels: {}, since: start + from },
    ...{ reason, blame: blameFor(reason), detail: 'down', failures: 3 },
  };
  const began: Notice = { ...base, kind: 'began', at: start + from };
  return to === null ? [began] : [began, { ...base, kind: 'ended', at: start + to, detail: null }];
}

export const inOrder = (notices: readonly Notice[]): Notice[] => notices.toSorted((a, b) => a.at - b.at);
