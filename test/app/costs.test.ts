import { describe, expect, it } from '@jest/globals';
import { fixedQuestion } from '../checker/model.js';
import { became, series, useSite } from './registry.js';

const site = useSite();
const price = { input_per_million: 1_000_000, output_per_million: 500_000, per_request: 0.5 };
const id = 'limits-20';
const named = (name: string, labels: string): string => `modelpulse_${name}{model="${id}"${labels}}`;

interface Money {
  readonly price: { readonly source: string };
  readonly cost: {
    readonly total: number;
    readonly month: number;
    readonly budget: number;
    readonly currency: string;
  };
  readonly last_check: {
    readonly cost: number;
    readonly usage: { input_tokens: number; output_tokens: number };
  };
  readonly limits: readonly { readonly kind: string; readonly remaining: number; readonly ratio: number }[];
  readonly balances: readonly { readonly amount: number; readonly key: number; readonly asked_by: string }[];
}

describe('a model with a price, limits and a watched balance', () => {
  it('shows them everywhere to the digit, stops at the budget of the month, and goes on with the sum after a restart', async () => {
    const { daemon, configure, simulator } = site();
    const model = (more: object): object => ({
      provider: 'deepseek',
      base_url: `${simulator.url}/v1`,
      model: id,
      api_key: 'sk-low-0123456789abcdef',
      schedule: { every: '24h' },
      ...fixedQuestion,
      balance: { warn_below: 2 },
      price,
      ...more,
    });
    const models = [model({ id, budget: { usd_per_month: 30 } }), model({ id: 'same-key' })];
    const config = configure(models);
    const first = await daemon(config);
    await first.line(became(id, 'healthy'));
    const shown = async (of = first): Promise<Money> =>
      (await of.get(`/api/v1/models/${id}`)).json() as Money;
    const before = await shown();
    const { usage, cost } = before.last_check;
    expect(cost).toBe(usage.input_tokens + usage.output_tokens / 2 + 0.5);
    expect(before.cost).toEqual({ currency: 'USD', total: cost, month: cost, budget: 30 });
    expect(before.price.source).toBe('configuration');
    expect(before.limits.map(({ kind, ratio }) => [kind, ratio])).toEqual([
      ['requests', 0.2],
      ['tokens', 0.2],
    ]);

    const check = async (of = first): Promise<string> =>
      ((await of.post(`/api/v1/models/${id}/check`)).json() as { reason: string }).reason;
    expect(await check()).toBe('ok');
    expect(await check()).toBe('budget_spent');
    await first.line(({ msg }) => msg.startsWith('budget of the month is used up'));
    expect((await shown()).cost.total).toBe(2 * cost);
    const { text } = await first.get('/metrics');
    expect(series(text, named('cost_total', ',currency="USD"'))).toBe(2 * cost);
    expect(series(text, named('budget_cost_used_ratio', ''))).toBe((2 * cost) / 30);
    expect(series(text, named('ratelimit_remaining_ratio', ',kind="tokens"'))).toBe(0.2);
    // One account, one series, of the first model with the key.
    expect(text.match(/^modelpulse_account_balance\{.*$/gm)).toEqual([
      `modelpulse_account_balance{model="${id}",key="1",currency="CNY"} 0.75`,
    ]);
    expect(series(text, named('account_balance_warn_below', ''))).toBe(2);
    const other = ((await first.get('/api/v1/models/same-key')).json() as Money).balances;
    expect(other).toMatchObject([{ key: 1, amount: 0.75, asked_by: id }]);

    const answer = async (path: string): Promise<Record<string, unknown>> =>
      (await first.get(`/api/v1/models/${id}/${path}`)).json() as Record<string, unknown>;
    expect((await answer('uptime?window=1h')).cost).toEqual({ amount: 2 * cost, currency: 'USD' });
    const { items, currency } = await answer('series?window=1h&step=1h');
    const costs = (items as { cost: number | null }[]).map((item) => item.cost ?? 0);
    expect([costs.reduce((a, b) => a + b), currency]).toEqual([2 * cost, 'USD']);
    const page = (await first.get(`/models/${id}`)).text;
    expect(page).toContain(
      `$${(2 * cost).toFixed(2)}, ${Math.floor((200 * cost) / 30)} % of the budget of $30.00`,
    );
    expect(page).toContain('12 of 60 (20 %)');
    expect(page).toContain('0.75 CNY at ');
    expect((await first.get('/')).text).toContain(' this month (UTC).');

    first.child.kill('SIGTERM');
    await first.ended;
    const second = await daemon(config);
    expect(await check(second)).toBe('budget_spent');
    const after = (await second.get('/metrics')).text;
    expect(series(after, named('cost_total', ',currency="USD"'))).toBe(2 * cost);
  });
});
