import fc from 'fast-check';
import type { Outcome, Reason } from '../../src/domain/reason.js';
import type { RecordedResult } from '../../src/domain/result.js';
import type { Store } from '../../src/store/port.js';
import type { Parts } from '../app/parts.js';
import { modelNamed } from '../app/parts.js';
import { start } from './samples.js';

const minute = 60_000;
const hour = 60 * minute;

/** What happens to a model, in order. */
export type Happening =
  | {
      readonly kind: 'result';
      readonly afterMs: number;
      readonly found: [Outcome, Reason];
      readonly ms: number;
    }
  | { readonly kind: 'unwatched'; readonly afterMs: number }
  | { readonly kind: 'maintain'; readonly minutes: number }
  | { readonly kind: 'prune' };

const findings = fc.constantFrom<[Outcome, Reason]>(
  ['healthy', 'ok'],
  ['healthy', 'ok'],
  ['degraded', 'slow'],
  ['unhealthy', 'timeout'],
  ['unhealthy', 'auth_failed'],
  ['unknown', 'invalid_request'],
);
const after = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 3 * minute }) },
  { weight: 1, arbitrary: fc.integer({ min: hour, max: 30 * hour }) },
);

export const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('result' as const),
        afterMs: after,
        found: findings,
        ms: fc.integer({ min: 1, max: 90_000 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('unwatched' as const), afterMs: after }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('maintain' as const),
        minutes: fc.integer({ min: 1, max: 50 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'prune' as const }) },
  ),
  { minLength: 1, maxLength: 60, size: 'max' },
);

/** What is measured of a stream that took `ms`. */
const streamed = (ms: number): Pick<RecordedResult, 'firstTokenMs' | 'speed' | 'usage'> => ({
  firstTokenMs: ms / 3,
  speed: {
    firstTextMs: ms % 3 === 0 ? null : ms / 3,
    firstReasoningMs: ms % 3 === 0 ? ms / 3 : null,
    contentMs: ms % 5 === 0 ? null : ms / 7,
    gapMs: ms / 11,
  },
  usage: { inputTokens: 9, outputTokens: ms % 60 },
});
const price = {
  inputPerMillion: 1,
  outputPerMillion: 1,
  perRequest: 0,
  currency: 'USD',
  source: 'list',
} as const;

/** Leads the model `gpt` through all of it from `begins` on; returns the time it has got to. */
export async function lead(
  store: Store,
  parts: Parts,
  life: readonly Happening[],
  begins = start + 50 * minute,
): Promise<number> {
  let now = begins;
  parts.clock.now = now;
  const { added } = await parts.roster.replace([modelNamed('gpt', { price })], now);
  parts.windows.replace([], now, added);
  const tracked = () => parts.roster.get('gpt')!;
  for (const happening of life) {
    switch (happening.kind) {
      case 'result': {
        const [outcome, reason] = happening.found;
        now += happening.afterMs;
        await parts.record('gpt', now, {
          outcome,
          reason,
          detail: `took ${happening.ms} ms`,
          durationMs: happening.ms,
          ...(happening.ms % 2 === 0 && streamed(happening.ms)),
          // Some are not known, and some are nothing.
          costNanos: happening.ms % 3 === 0 ? null : (happening.ms % 5) * happening.ms,
        });
        break;
      }
      case 'unwatched':
        now += happening.afterMs;
        parts.recorder.miss(tracked(), { lastSlot: now, unwatched: now }, 'down', 1);
        break;
      case 'maintain': {
        const rule = {
          kind: 'recurring' as const,
          cron: '*/20 * * * *',
          timezone: 'UTC',
          durationMs: happening.minutes * minute,
          models: ['*'],
          reason: null,
        };
        parts.windows.replace([rule], now, []);
        break;
      }
      case 'prune':
        while (await store.prune(now));
    }
  }
  await parts.writer.flush();
  return now;
}
