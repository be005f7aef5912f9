import { newHealth } from '../dist/domain/health.js';
import { addEnds, addResult } from '../dist/domain/rollup.js';

export const intervalMs = 60_000;
export const start = Date.UTC(2026, 2, 1);
const health = {
  ...newHealth(start),
  belief: 'up',
  run: { kind: 'success', count: 3, from: start, reason: 'ok', validUntil: start, points: [], said: [] },
  lastSuccess: { outcome: 'healthy', reason: 'ok' },
  state: 'healthy',
  reason: 'ok',
};

/** What the daemon writes for a model that was healthy at `slot`. */
export function writeOf(key, slot) {
  const durationMs = 200 + Math.floor(Math.random() * 1500);
  const result = {
    slot,
    kind: 'scheduled',
    maintenance: false,
    startedAt: slot + Math.floor(Math.random() * 20),
    durationMs,
    firstTokenMs: null,
    outcome: 'healthy',
    reason: 'ok',
    detail: null,
    httpStatus: 200,
    phases: { dns: 1, tcp: 10, tls: 22, request: 1, first_byte: 300, download: 5 },
    usage: { inputTokens: 14, outputTokens: 8 },
    response: 'The capital of India is New Delhi.',
    responseModel: 'gpt-4o-mini-2024-07-18',
    retryAfterMs: null,
    rateLimitRemaining: { requests: 9999, tokens: 149_000 },
    certificateExpiresAt: start,
    keyIndex: 0,
  };
  const rollups = new Map();
  addResult(rollups, result);
  const whole = addEnds(rollups, {
    from: slot,
    to: slot + intervalMs,
    state: 'healthy',
    sign: 1,
    final: false,
  });
  return {
    key,
    results: [result],
    rewriteFrom: null,
    points: [],
    incidents: [],
    gaps: [],
    maintenance: [],
    epochs: [],
    rollups,
    wholeHours: whole === null ? [] : [whole],
    health: { ...health, settled: slot },
    watermark: slot,
    totals: {
      results: [{ outcome: 'healthy', reason: 'ok', count: 1 }],
      inputTokens: 14,
      outputTokens: 8,
      versionChanges: 0,
    },
  };
}
