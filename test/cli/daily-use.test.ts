import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCalendar } from '../../src/calendar/calendar.js';
import { budgetWarning, costWarnings, dailyUse, unpricedText } from '../../src/cli/daily-use.js';
import { dailyUseTable } from '../../src/cli/tables/daily-use-table.js';
import { parseDuration } from '../../src/domain/duration.js';
import type { Schedule } from '../../src/domain/schedule.js';
import { command, createFolder } from '../app/process.js';
import { modelAt } from '../checker/model.js';

const calendar = createCalendar();
const cron = (expression: string): Schedule => ({
  kind: 'cron',
  expression,
  timezone: 'UTC',
  spreadMs: null,
});
const checksOf = (schedule: Schedule, more: object = {}) =>
  dailyUse(modelAt('http://h.test', { schedule, ...more }), calendar, { inputTokens: 30, outputTokens: 10 })
    .checks;

describe('daily number of checks', () => {
  it.each([
    [{ kind: 'every', everyMs: 60_000 } as const, 1_440],
    [{ kind: 'every', everyMs: 7 * 86_400_000 } as const, 1],
    [cron('*/5 * * * *'), 288],
    [cron('0 3 * * 1'), 1],
    [cron('0 3 15 * *'), 1],
    [cron('* 9-17 * * 1-5'), 540],
  ])('for %j is %i on the busiest day', (schedule, checks) => {
    expect(checksOf(schedule)).toBe(checks);
  });

  it('is zero for a paused model, and limited by the rate', () => {
    expect(checksOf(cron('* * * * *'), { pause: true })).toBe(0);
    expect(checksOf(cron('*/10 * * * * *'), { ratePerMin: 2 })).toBe(2_880);
  });
});

describe('token budget warning', () => {
  it('suggests the shortest sufficient interval, to the second', () => {
    const budgets = fc.integer({ min: 1, max: 200_000 });
    const intervals = fc.integer({ min: 1, max: 7_200 }).map((seconds) => seconds * 1_000);
    fc.assert(
      fc.property(intervals, budgets, fc.integer({ min: 1, max: 2_000 }), (everyMs, tokensPerDay, tokens) => {
        const used = (ms: number) => {
          const schedule = { kind: 'every', everyMs: ms } as const;
          return dailyUse(modelAt('http://h.test', { schedule, tokensPerDay }), calendar, {
            inputTokens: tokens,
            outputTokens: 0,
          });
        };
        const warning = budgetWarning(used(everyMs));
        expect(warning === null).toBe(used(everyMs).tokens! <= tokensPerDay);
        if (warning === null) return;
        const advised = /"every: (\w+)" would fit/.exec(warning)?.[1];
        if (advised === undefined) expect(tokens).toBeGreaterThan(tokensPerDay);
        else {
          const fits = parseDuration(advised)!;
          expect(used(fits).tokens).toBeLessThanOrEqual(tokensPerDay);
          expect(used(fits - 1_000).tokens).toBeGreaterThan(tokensPerDay);
        }
      }),
    );
  });
});

describe('warnings of costs', () => {
  const schedule = { kind: 'every', everyMs: 3_600_000 } as const;
  const usage = { inputTokens: 1_000, outputTokens: 1_000 };
  const price = {
    ...{ inputPerMillion: 1, outputPerMillion: 4, perRequest: 0.001 },
    ...{ currency: 'USD', source: 'list' as const },
  };
  const use = (more: object) => dailyUse(modelAt('http://h.test', { schedule, ...more }), calendar, usage);

  it('name budgets that are too small or cannot be kept; models without a price are named beside', () => {
    expect(unpricedText([use({ id: 'a' }), use({ id: 'b', price }), use({ id: 'c' })])).toContain(': a, c.');
    expect(unpricedText([use({ price }), use({ probe: 'models' })])).toBeNull();
    expect(use({ price }).cost).toBe(24 * 6_000_000);
    expect(use({ price, probe: 'models' }).cost).toBeNull();
    expect(costWarnings([use({ price }), use({ price, usdPerMonth: 5 }), use({ probe: 'models' })])).toEqual(
      [],
    );
    expect(
      costWarnings([
        use({ id: 'a' }),
        use({ id: 'b', price, usdPerMonth: 4 }),
        use({ id: 'c', usdPerMonth: 4 }),
        use({ id: 'd', price, balance: { everyMs: 600_000, warnBelow: null } }),
      ]),
    ).toEqual([
      'model b: up to $4.46 a month are beyond budget.usd_per_month $4.00',
      'model c: budget.usd_per_month cannot be kept without a known price; set "price"',
      'model d: balance has no effect: no API for the balance of openai_compatible is known',
    ]);
  });

  it('and the table show costs, and their sum by currency', () => {
    const euros = { ...price, currency: 'EUR' };
    const terminal = { width: null, escapes: false, colour: false };
    const text = dailyUseTable(
      [use({ id: 'a', price }), use({ id: 'b', price: euros }), use({ id: 'c' })],
      terminal,
    );
    expect(text).toContain('0.14 EUR + $0.14');
  });
});

describe('modelpulse validate', () => {
  it('reports daily use per model and in total, and warns of an insufficient budget', async () => {
    const folder = createFolder();
    const model = { provider: 'openai', model: 'gpt-4o-mini', api_key: 'k-12345678' };
    const config = folder.write('c.yaml', {
      models: [
        { id: 'small', ...model, budget: { tokens_per_day: 1_000 } },
        { id: 'fine', ...model, schedule: { cron: '0 * * * *' }, budget: { tokens_per_day: 1_000 } },
      ],
    });
    const { code, out, err } = await command(['validate', '--config', config]);
    folder.clean();
    expect(code).toBe(0);
    expect(out).toMatch(/is valid: 2 models\n/);
    expect(out).toMatch(/MODEL\s+CHECKS A DAY\s+TOKENS A DAY\s+COST A DAY\s+BUDGET/);
    expect(out).toMatch(/small\s+1,440\s+[\d,]+\s+\$0\.\d+\s+1,000/);
    expect(out).toMatch(/in total\s+1,464\s+[\d,]+/);
    expect(err).toMatch(
      /^warning: model small: up to [\d,]+ tokens a day are beyond budget\.tokens_per_day 1,000; "every: \w+" would fit\n$/,
    );
  });
});
