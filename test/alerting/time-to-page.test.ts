import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { loadConfig } from '../../src/config/read/load.js';
import { parseDuration } from '../../src/domain/duration.js';
import { startDaemon } from '../app/process.js';
import { useSite } from '../app/registry.js';
import { startReceiver } from './receiver.js';
import { hasStack, shipped, startStack } from './stack.js';
import { slow } from '../slow.js';
import { fixedQuestion } from '../checker/model.js';

/** Longest times from a failure to the message about it. */
const instantLimitMs = 150_000;
const hangLimitMs = 210_000;
/** No defaults of the test's own. */
const defaults = { defaults: {} };

const site = useSite();
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const failures = ['instant', 'hang'] as const;
type Failure = (typeof failures)[number];

/**
 * A provider of which each model answers twice, and fails in the way of its name from then on. The first answer may come less
 * than an interval before the next check, the second does not: to fail right after it takes longest to notice.
 */
async function startProvider() {
  const answered = new EventEmitter();
  const failingSince = new Map<Failure, number>();
  const answers = new Map<Failure, number>();
  const answer = {
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'New Delhi' }, finish_reason: 'stop' }],
  };
  const url = await listen(
    createServer((request, response) => {
      request.resume();
      const failure = failures.find((name) => request.url?.startsWith(`/${name}/`));
      if (failure === undefined || failingSince.has(failure)) {
        if (failure === 'instant') response.writeHead(500).end('{}');
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer), () => {
        answers.set(failure, (answers.get(failure) ?? 0) + 1);
        if (answers.get(failure) === 2) failingSince.set(failure, Date.now());
        answered.emit('answer');
      });
    }),
  );
  return {
    url,
    async failingSince(failure: Failure): Promise<number> {
      for (;;) {
        const since = failingSince.get(failure);
        if (since !== undefined) return since;
        await once(answered, 'answer');
      }
    },
  };
}

const plain = (url: string, id: string) => ({
  id,
  provider: 'openai_compatible',
  base_url: `${url}/${id}/v1`,
  model: 'm',
  ...fixedQuestion,
  api_key: 'k',
});

interface Route {
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly receiver?: string;
  readonly routes?: readonly Route[];
}

/** The longer of `group_wait` and `group_interval` of each route that may notify of a model, in ms. */
function waits({ group_wait, group_interval, receiver, routes = [] }: Route, inherited = [0, 0]): number[] {
  if (receiver === 'deadman') return [];
  const wait = group_wait === undefined ? inherited[0] : parseDuration(group_wait);
  const interval = group_interval === undefined ? inherited[1] : parseDuration(group_interval);
  const own = [wait ?? Infinity, interval ?? Infinity];
  return [Math.max(...own), ...routes.flatMap((route) => waits(route, own))];
}

describe('time from a failure to its notification', () => {
  it('is in sum less than 2m30s for an instant failure and 3m30s for a hang, with the shipped files and default intervals', async () => {
    const config = site().configure([plain('http://127.0.0.1:1', 'gpt')], defaults);
    const { settings } = await loadConfig(config, {}, capabilities);
    const [model] = settings.models;
    if (model?.schedule.kind !== 'every') throw new Error('the default schedule is an interval');
    const { global } = parse(shipped('prometheus/prometheus.yml')) as {
      global: { scrape_interval: string; evaluation_interval: string };
    };
    const { route } = parse(shipped('alertmanager/alertmanager.yml')) as { route: Route };
    const { groups } = parse(shipped('prometheus/rules/modelpulse.yml')) as {
      groups: { interval?: string; rules: { alert?: string; for?: string }[] }[];
    };
    const paging = ['ModelUnhealthy', 'ModelQuotaExhausted', 'ModelKeyRefused'];
    for (const { interval, rules } of groups)
      for (const { alert, for: hold } of rules)
        if (alert !== undefined && paging.includes(alert))
          expect([interval, hold]).toEqual([undefined, undefined]);

    // Both failures that confirm the state, and the pause between them, come after the interval since the last success.
    expect(model.confirm.failures).toBe(2);
    const afterCheckMs =
      (parseDuration(global.scrape_interval) ?? Infinity) +
      (parseDuration(global.evaluation_interval) ?? Infinity) +
      Math.max(...waits(route));
    const instantMs = model.schedule.everyMs + model.confirm.recheckAfterMs + afterCheckMs;
    const hangMs = instantMs + model.confirm.failures * model.timeoutMs;
    process.stderr.write(
      `time to page, at most: instant failure ${instantMs / 1_000} s, hang ${hangMs / 1_000} s\n`,
    );
    expect(instantMs).toBeLessThan(instantLimitMs);
    expect(hangMs).toBeLessThan(hangLimitMs);
  });

  (hasStack && slow ? it : it.skip)(
    'is below these limits with the shipped files in real time',
    async () => {
      const { configure, folder } = site();
      const provider = await startProvider();
      const receiver = await startReceiver(listen);
      const token = 'a-token-of-the-test';
      const config = configure(
        failures.map((failure) => plain(provider.url, failure)),
        { ...defaults, server: { listen: '127.0.0.1:0', bearer_token: token } },
      );
      const daemon = await startDaemon(config);
      closing.push(async () => {
        daemon.child.kill('SIGKILL');
        await daemon.ended;
      });
      const stack = await startStack(folder.path, {
        daemonUrl: daemon.url,
        token,
        config,
        webhook: receiver.url,
        haste: 1,
      });
      closing.push(() => stack.stop());

      const times = await Promise.all(
        failures.map(async (failure) => {
          const since = await provider.failingSince(failure);
          await receiver.message(({ alerts }) => alerts.some(({ labels }) => labels.model === failure));
          return Date.now() - since;
        }),
      );
      process.stderr.write(
        `time to page, measured: ${times.map((ms, index) => `${failures[index]} ${(ms / 1_000).toFixed(1)} s`).join(', ')}\n`,
      );
      expect(times[0]).toBeLessThan(instantLimitMs);
      expect(times[1]).toBeLessThan(hangLimitMs);
    },
    420_000,
  );
});
