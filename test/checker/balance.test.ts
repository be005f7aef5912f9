import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { balanceApiFor, type Amount } from '../../src/checker/ask/balance-apis.js';
import { createProber } from '../../src/checker/prober.js';
import { systemClock } from '../../src/domain/clock.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { modelAt } from './model.js';
import { listenHttp } from './server.js';

interface Sample {
  readonly provider: string;
  readonly baseUrl: string;
  readonly address: string;
  readonly reply: Record<string, unknown>;
  readonly expected: readonly Amount[];
}

const samples = JSON.parse(readFileSync('test/fixtures/balances.json', 'utf8')) as Sample[];
const key = 'sk-test-1234567890abcdef';

describe('balances in replies', () => {
  it.each(samples.map((sample) => [sample.address, sample] as const))('%s', (address, sample) => {
    const api = balanceApiFor(modelAt(sample.baseUrl, { provider: sample.provider }))!;
    expect(api.addresses(sample.baseUrl)).toContain(address);
    expect(api.read(sample.reply, new URL(address).hostname)).toEqual(sample.expected);
    // A preset with the same host under another name has the same API.
    expect(balanceApiFor(modelAt(sample.baseUrl))).toBe(api);
  });

  it('are bounded, whatever a reply says', () => {
    const apis = samples.map(({ provider, baseUrl }) => balanceApiFor(modelAt(baseUrl, { provider }))!);
    const names =
      'data balance_infos currency total_balance available_balance total_credits total_usage'.split(' ');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.double(),
        fc.constantFrom('1e400', '12.5', 'USD', '9'.repeat(400), null, true),
        fc.string(),
        fc.array(tie('tree'), { maxLength: 20 }),
        fc.dictionary(fc.constantFrom(...names, 'limit_remaining'), tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), tree), fc.constantFrom(...apis), (reply, api) => {
        const found = api.read(reply, 'api.moonshot.ai');
        expect(found.length).toBeLessThanOrEqual(4);
        for (const { amount, currency } of found) {
          expect(Math.abs(amount)).toBeLessThanOrEqual(2e12);
          expect(currency).toMatch(/^[A-Z]{3}$/);
        }
      }),
    );
  });
});

describe('the question for a balance', () => {
  const prober = createProber({ clock: systemClock, userAgent: 'test', reuseConnections: false });
  const ended = new AbortController();
  let simulator: RunningSimulator | null = null;
  afterEach(() => simulator?.close());

  it.each([
    ['openrouter', 'USD'],
    ['deepseek', 'CNY'],
    ['moonshot', 'USD'],
  ])('is answered by the simulator as %s does', async (provider, currency) => {
    simulator = await createSimulator().listen(0, '127.0.0.1');
    const model = modelAt(`${simulator.url}/v1`, {
      provider,
      endpoint: { apiKeys: [key, 'sk-low-1234567890'] },
    });
    expect(await prober.askBalance(model, 0, ended.signal)).toEqual([{ amount: 25.5, currency }]);
    expect(await prober.askBalance(model, 1, ended.signal)).toEqual([{ amount: 0.75, currency }]);
  });

  it('tells why there is none, and never the key', async () => {
    const asked: (string | undefined)[] = [];
    const { port, close } = await listenHttp((request, response) => {
      asked.push(`${String(request.method)} ${String(request.url)} ${String(request.headers.authorization)}`);
      if (request.url === '/v1/credits') response.writeHead(403).end('{"error":"not a management key"}');
      else response.end(JSON.stringify({ data: { label: key, limit_remaining: null } }));
    });
    const model = modelAt(`http://127.0.0.1:${port}/v1`, { provider: 'openrouter' });
    expect(await prober.askBalance(model, 0, ended.signal)).toEqual({ problem: 'the reply has no balance' });
    expect(asked).toEqual([`GET /v1/credits Bearer ${key}`, `GET /v1/key Bearer ${key}`]);
    await close();
    const refused = await prober.askBalance(model, 0, ended.signal);
    expect(refused).toHaveProperty('problem');
    expect(JSON.stringify(refused)).not.toContain(key);
    expect(await prober.askBalance(modelAt(`http://127.0.0.1:${port}/v1`), 0, ended.signal)).toEqual({
      problem: 'no API for the balance of openai_compatible is known',
    });
  });
});
