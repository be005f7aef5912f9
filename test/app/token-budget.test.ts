import type { RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createTokenBudget } from '../../src/app/token-budget.js';
import { estimateTokens } from '../../src/checker/ask/token-estimate.js';
import { notSent } from '../../src/domain/result.js';
import { workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';
import type { RunningDaemon } from './process.js';
import { became, promptId, series, useSite } from './registry.js';
import { fixedQuestion } from '../checker/model.js';

const site = useSite();
const place = workplace();
const createParts = useParts();

/** What each check is expected to use. */
const { inputTokens, outputTokens } = estimateTokens(modelNamed('gpt'));
const estimate = inputTokens + outputTokens;
const withoutUsage = JSON.stringify({
  choices: [{ message: { role: 'assistant', content: 'New Delhi' }, finish_reason: 'stop' }],
});

/** A configuration with one model that this server answers for, checked at the start and on request, and the requests so far. */
async function asked(answer: RequestListener, more: object = {}) {
  const requests = { count: 0 };
  const { serve, configure } = site();
  const { port } = await serve((request, response) => {
    requests.count += 1;
    request.resume();
    answer(request, response);
  });
  const model = {
    id: promptId,
    provider: 'openai_compatible',
    base_url: `http://127.0.0.1:${port}/v1`,
    model: 'm',
    ...fixedQuestion,
    schedule: { every: '24h' },
    budget: { tokens_per_day: estimate * 2 },
    ...more,
  };
  return { config: configure([model]), requests };
}

const check = async (daemon: RunningDaemon) =>
  ((await daemon.post(`/api/v1/models/${promptId}/check`)).json() as { reason: string }).reason;
const probed = async (daemon: RunningDaemon) =>
  /reason="(\w+)"/.exec((await daemon.get(`/probe?target=${promptId}`)).text)?.[1];
const used = async (daemon: RunningDaemon) =>
  series((await daemon.get('/metrics')).text, `modelpulse_budget_tokens_used_ratio{model="${promptId}"}`);

describe('a token budget', () => {
  it('holds where replies tell no usage, in metric, log and after a restart, and no usage is invented', async () => {
    const { config, requests } = await asked((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(withoutUsage);
    });
    const { daemon } = site();
    const first = await daemon(config);
    await first.line(became(promptId, 'healthy'));
    expect(await used(first)).toBe(0.5);
    expect(await probed(first)).toBe('ok');
    expect([await check(first), await probed(first)]).toEqual(['budget_spent', 'budget_spent']);
    await first.line(({ msg }) => msg === 'token budget is used up: no checks until 00:00 UTC');
    expect(await used(first)).toBe(1);
    const { text } = await first.get('/metrics');
    expect(series(text, `modelpulse_tokens_total{model="${promptId}",type="input"}`)).toBe(0);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = await daemon(config);
    expect(await check(second)).toBe('budget_spent');
    expect(await used(second)).toBe(1);
    expect(requests.count).toBe(2);
  });

  it('holds where the provider takes the question and never answers', async () => {
    const { config, requests } = await asked(() => undefined, { timeout: '200ms', confirm: { failures: 9 } });
    const running = await site().daemon(config);
    const reasons: (string | undefined)[] = [];
    for (let turn = 0; turn < 4; turn += 1) reasons.push(await probed(running));
    expect(reasons.at(-1)).toBe('budget_spent');
    expect(requests.count).toBe(2);
  });

  it('is not spent by refusals', async () => {
    const { config } = await asked((_request, response) => {
      response
        .writeHead(429, { 'content-type': 'application/json' })
        .end('{"error":{"message":"slow down"}}');
    });
    const running = await site().daemon(config);
    for (let turn = 0; turn < 4; turn += 1) expect(await probed(running)).toBe('rate_limited');
    expect(await used(running)).toBe(0);
  });

  it('has room for what all checks that run at one time may use, and gets it back where less was used', async () => {
    let answerAll = (): void => undefined;
    const released = new Promise<void>((resolve) => (answerAll = resolve));
    let begun = (): void => undefined;
    const first = new Promise<void>((resolve) => (begun = resolve));
    const refusal = '{"error":{"message":"slow down"}}';
    const { config, requests } = await asked(
      (_request, response) => {
        const refuse = (): unknown =>
          response.writeHead(429, { 'content-type': 'application/json' }).end(refusal);
        begun();
        void released.then(refuse);
      },
      { timeout: '60s' },
    );
    const running = await site().daemon(config);
    // That of the schedule is one of the two that fit.
    await first;
    let refused = 0;
    const probes = Array.from({ length: 10 }, async () => {
      const reason = await probed(running);
      if (reason === 'budget_spent') refused += 1;
      // Those that were refused come back at once, the others when all of them have.
      if (refused >= 9) answerAll();
      return reason;
    });
    const reasons = await Promise.all(probes);
    expect(reasons.filter((reason) => reason === 'budget_spent')).toHaveLength(9);
    expect(requests.count).toBe(2);
    expect(await probed(running)).toBe('rate_limited');
  });

  it('gets back what was reserved for a check that failed inside, or sent nothing', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt', { tokensPerDay: 1 })], parts.clock.now);
    const gpt = parts.roster.get('gpt')!;
    const budget = createTokenBudget({ clock: parts.clock, log: pino({ level: 'silent' }) });
    const enter = () => {
      const found = budget.enter(gpt);
      if ('refused' in found) throw new Error(found.refused);
      return found;
    };
    const first = enter();
    expect(enter).toThrow('the checks that run may use the rest of budget.tokens_per_day 1');
    first.release();
    enter().settle(notSent(parts.clock.now, 'dns_error', 'unhealthy', null));
    enter().release();
    expect(gpt.view.tokensToday.tokens).toBe(0);
  });

  it('counts a check on the day on which it began', async () => {
    const parts = createParts(place.fresh());
    await parts.roster.replace([modelNamed('gpt', { tokensPerDay: 100 })], parts.clock.now);
    const gpt = parts.roster.get('gpt')!;
    const budget = createTokenBudget({ clock: parts.clock, log: pino({ level: 'silent' }) });
    const entered = budget.enter(gpt);
    const day = 86_400_000;
    const began = (Math.floor(parts.clock.now / day) + 1) * day - 1;
    parts.clock.now = began + 1_000;
    const found = { ...notSent(began, 'ok', 'healthy', null), usage: { inputTokens: 90, outputTokens: 20 } };
    if ('settle' in entered) entered.settle(found);
    expect(gpt.view.tokensToday).toEqual({ day: Math.floor(began / day), tokens: 110 });
    expect('settle' in budget.enter(gpt)).toBe(true);
  });
});
