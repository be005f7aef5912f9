import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { behaviours } from '../../src/simulator/behaviours.js';
import { exampleName } from '../../src/simulator/catalogue.js';
import { createSimulator } from '../../src/simulator/simulator.js';
import { monotonicMs } from '../../src/domain/clock.js';
import { inFull } from '../slow.js';

/** By name; at noon, when the periodic ones are up, and for the first request of a flaky one. */
const expected: Readonly<Record<string, string>> = {
  healthy: 'ok',
  'limits-20': 'ok',
  sunset: 'ok',
  'slow-800ms': 'slow',
  fluent: 'ok',
  'latched-30s': 'ok',
  // Not streamed, it comes after all of its time.
  'gap-3s': 'timeout',
  'flaky-20': 'ok',
  'down-5m-every-1h': 'ok',
  'degraded-5m-every-1h': 'ok',
  'rate-limited': 'rate_limited',
  quota: 'quota_exhausted',
  'bad-key': 'auth_failed',
  forbidden: 'permission_denied',
  'not-found': 'model_not_found',
  overloaded: 'overloaded',
  'error-500': 'server_error',
  'gateway-502': 'gateway_error',
  loading: 'model_loading',
  'loading-30s': 'model_loading',
  empty: 'empty_response',
  truncated: 'output_truncated',
  reasoning: 'output_truncated',
  wrong: 'unexpected_answer',
  cached: 'ok',
  filtered: 'content_filtered',
  mismatch: 'model_mismatch',
  // They differ for the probes tools, structured, context and embeddings: test/checker/abilities.
  'ability-ignored': 'ok',
  'broken-arguments': 'ok',
  'ability-refused': 'ok',
  'context-cut': 'ok',
  'new-vector-1h': 'ok',
  'error-in-200': 'error_in_success',
  html: 'malformed_response',
  malformed: 'malformed_response',
  redirect: 'redirected',
  hang: 'timeout',
  'hang-body': 'timeout',
  drip: 'timeout',
  'short-body': 'connection_lost',
  reset: 'connection_lost',
  garbage: 'malformed_response',
  huge: 'malformed_response',
  'gzip-bomb': 'malformed_response',
  // Asked for by other names, or at another time.
  'down-1h-every-1h': 'server_error',
  'degraded-1h-every-1h': 'unexpected_answer',
  'eu/healthy': 'ok',
  'gpt-4o': 'model_not_found',
};

const secret = 'sk-simulated-0123456789abcdef';
const noon = Date.UTC(2026, 0, 5, 12);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelpulse-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What `modelpulse check` prints as JSON. */
function check(config: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const words = ['dist/main.cjs', 'check', '--json', '--config', config];
    execFile(process.execPath, words, { env: { PATH: process.env.PATH } }, (_, stdout, stderr) => {
      if (stderr === '') resolve(stdout);
      else reject(new Error(stderr));
    });
  });
}

describe('check of a simulated model', () => {
  inFull('has its reason, and never shows the key that bad-key repeats', async () => {
    const clock = { wall: () => noon, monotonic: () => monotonicMs(performance.now()) };
    const simulator = await createSimulator({ clock }).listen(0, '127.0.0.1');
    const models = Object.keys(expected).map((model, index) => ({
      id: `m${index}`,
      provider: 'openai_compatible',
      model,
      base_url: `${simulator.url}/v1`,
      api_key: secret,
      expect: { contains: 'New Delhi', model },
      ...(model === 'slow-800ms' ? { slow: { duration: '700ms' } } : {}),
    }));
    const config = join(folder, 'all.json');
    await writeFile(
      config,
      JSON.stringify({ checker: { per_host: 64 }, defaults: { timeout: '3s' }, models }),
    );
    const output = await check(config).finally(() => simulator.close());
    const results = JSON.parse(output) as { reason: string }[];
    const names = models.map(({ model }) => model);
    expect(Object.fromEntries(results.map(({ reason }, index) => [names[index], reason]))).toEqual(expected);
    expect(output).not.toContain(secret);
  });

  it('is tested for every existing behaviour', () => {
    expect(behaviours.map(exampleName).filter((name) => !(name in expected))).toEqual([]);
  });
});
