import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { createProber } from '../../src/checker/prober.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { providerFor } from '../../src/config/model/providers.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Probe } from '../../src/domain/model.js';
import { modelAt } from '../checker/model.js';

const prober = createProber({
  clock: systemClock,
  userAgent: 'modelpulse/test',
  reuseConnections: false,
  env: {},
});
let simulator: RunningSimulator;
beforeAll(async () => {
  simulator = await createSimulator().listen(0, '127.0.0.1');
});
afterAll(async () => {
  prober.close();
  await simulator.close();
});

async function reasonOf(provider: string, probe: Probe, modelName: string): Promise<string> {
  const { paths } = providerFor(provider, { model: modelName });
  const model = modelAt(simulator.url, { provider, probe, modelName, endpoint: { paths } });
  return (await prober.check(model, new AbortController().signal)).reason;
}

/** A wrong answer is a text, which is no call and no object. */
const wrongIn: Partial<Record<Probe, string>> = {
  tools: 'capability_ignored',
  structured: 'capability_ignored',
};

const apis = ['openai', 'anthropic', 'gemini', 'cohere', 'ollama', 'bedrock'];

describe.each(apis)('simulated API of %s', (provider) => {
  const probes = (capabilities[provider] ?? []).filter(
    // A long question has a length of its own: test/checker/abilities.
    (probe) => probe !== 'models' && probe !== 'context',
  );

  it.each(probes)('returns healthy, empty and failing replies as requested, for probe %s', async (probe) => {
    const wanted: [string, string][] = [
      ['healthy', 'ok'],
      ['empty', 'empty_response'],
      ['bad-key', 'auth_failed'],
      ['forbidden', 'permission_denied'],
      ['not-found', 'model_not_found'],
      ['rate-limited', 'rate_limited'],
      ['quota', 'quota_exhausted'],
      ['overloaded', 'overloaded'],
      ['error-500', 'server_error'],
      ['gateway-502', 'gateway_error'],
    ];
    if (probe !== 'embeddings')
      wanted.push(['reasoning', 'output_truncated'], ['wrong', wrongIn[probe] ?? 'unexpected_answer']);
    const found = await Promise.all(
      wanted.map(async ([name]) => [name, await reasonOf(provider, probe, `test/${name}`)] as const),
    );
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
  });
});

describe('simulated model list', () => {
  // The lists of the others may leave out an alias.
  it.each([
    ['openai', 'model_not_found'],
    ['ollama', 'model_not_found'],
    ['anthropic', 'ok'],
    ['gemini', 'ok'],
    ['cohere', 'ok'],
  ])('of %s contains its models, and another name results in %s', async (provider, unlisted) => {
    expect(await reasonOf(provider, 'models', 'healthy')).toBe('ok');
    expect(await reasonOf(provider, 'models', 'no-such')).toBe(unlisted);
  });
});
