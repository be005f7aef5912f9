import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Health } from '../../src/domain/health.js';
import { agentAnswer, upAt, upRules, type UpPolicy } from '../../src/domain/up.js';
import { failing, noon, sampleHealth } from '../metrics/sample-view.js';

const usual: UpPolicy = { unknown: 'last', maintenance: 'down', paused: 'last' };
const window = [{ from: noon - 30_000, to: noon + 60_000 }];
const silent = { validUntil: noon - 30_000 };
const paused = { ...silent, pauses: [{ from: noon - 30_000, to: null }] };
const slow = {
  state: 'degraded',
  reason: 'slow',
  lastSuccess: { outcome: 'degraded', reason: 'slow' },
} as const;
const { belief, incident, lastSuccess } = failing('HTTP 500');
const wasDown = { belief, incident, lastSuccess };

const at = (health: Health, policy: Partial<UpPolicy> = {}) =>
  upAt({ health, probes: [] }, { ...usual, ...policy }, noon);

describe('a model is', () => {
  it.each<[string, Health, Partial<UpPolicy>, string]>([
    ['up while it is healthy', sampleHealth(), {}, 'up 100%'],
    ['up with less weight while it is degraded', sampleHealth(slow), {}, 'up 30%'],
    ['down while it is unhealthy', failing(null), { unknown: 'up', maintenance: 'up' }, 'down #unhealthy'],
    ['as it was while it is unknown', sampleHealth(silent), {}, 'up 100%'],
    ['as slow as it was', sampleHealth({ ...slow, ...silent }), {}, 'up 30%'],
    ['down if it was down', sampleHealth({ ...wasDown, ...silent }), {}, 'down #unknown'],
    ['down by the rule of unknown', sampleHealth(silent), { unknown: 'down' }, 'down #unknown'],
    ['up by the rule of unknown', sampleHealth({ ...wasDown, ...silent }), { unknown: 'up' }, 'up 100%'],
    [
      'up before anything is known',
      sampleHealth({ ...silent, belief: 'none', lastSuccess: null }),
      {},
      'up 100%',
    ],
    ['drained in maintenance', sampleHealth({ windows: window }), {}, 'up 0%'],
    ['up in maintenance by its rule', sampleHealth({ windows: window }), { maintenance: 'last' }, 'up 100%'],
    ['as it was while it is paused', sampleHealth(paused), { unknown: 'down' }, 'up 100%'],
    ['drained while it is paused, by its rule', sampleHealth(paused), { paused: 'down' }, 'up 0%'],
  ])('%s', (_name, health, policy, answer) => {
    const up = at(health, policy);
    expect(agentAnswer(up, 30)).toBe(answer);
    expect(up.up).toBe(/^up [1-9]/.test(answer));
  });

  it('never up while it is unhealthy, and answered in words that HAProxy knows', () => {
    const rule = fc.constantFrom(...upRules);
    const policies = fc.record({ unknown: rule, maintenance: rule, paused: rule });
    const healths = fc.constantFrom(sampleHealth(), sampleHealth(slow), failing(null), sampleHealth(paused));
    fc.assert(
      fc.property(
        policies,
        healths,
        fc.nat(200_000),
        fc.integer({ min: 1, max: 100 }),
        (policy, health, later, weight) => {
          const up = upAt({ health, probes: [] }, policy, noon + later);
          expect(up.up && up.state === 'unhealthy').toBe(false);
          expect(up.degraded && !up.up).toBe(false);
          expect(agentAnswer(up, weight)).toMatch(/^(?:up (?:100|[1-9]?\d)%|down #[a-z]+)$/);
        },
      ),
    );
  });
});
