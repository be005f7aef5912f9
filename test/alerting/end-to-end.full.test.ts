import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startDaemon } from '../app/process.js';
import { useSite } from '../app/registry.js';
import { startReceiver, type Message } from './receiver.js';
import { hasStack, startStack } from './stack.js';
import { fixedQuestion } from '../checker/model.js';

const site = useSite();
const servers: Server[] = [];
const closing: (() => Promise<void> | void)[] = [];

async function listen(server: Server): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** A provider whose account can run out of money. */
async function startProvider() {
  const account = { paid: true };
  const url = await listen(
    createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      response.statusCode = account.paid ? 200 : 429;
      const choice = {
        index: 0,
        message: { role: 'assistant', content: 'New Delhi' },
        finish_reason: 'stop',
      };
      const error = {
        message: 'You exceeded your current quota',
        type: 'insufficient_quota',
        code: 'insufficient_quota',
      };
      response.end(
        JSON.stringify(account.paid ? { object: 'chat.completion', choices: [choice] } : { error }),
      );
    }),
  );
  return { url, account };
}

beforeEach(() => {
  closing.length = 0;
});
afterEach(async () => {
  for (const close of closing) await close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const about =
  (alertname: string, status: string) =>
  (message: Message): boolean =>
    message.alerts.some((alert) => alert.labels.alertname === alertname && alert.status === status);

describe('alert', () => {
  (hasStack ? it : it.skip)(
    'reaches the receiver of its blame when a model fails, and is resolved when the model recovers',
    async () => {
      const { configure, folder } = site();
      const { url, account } = await startProvider();
      const receiver = await startReceiver(listen);
      const token = 'a-token-of-the-test';
      const model = (id: string) => ({
        id,
        provider: 'openai_compatible',
        base_url: `${url}/v1`,
        model: 'm',
        ...fixedQuestion,
        api_key: 'k',
        labels: { team: 'search' },
      });
      const config = configure([model('paid-for'), { ...model('paused'), pause: true }], {
        server: {
          listen: '127.0.0.1:0',
          bearer_token: token,
          public_url: 'https://pulse.example.com',
          alert_labels: ['team'],
        },
      });
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
        haste: 20,
      });
      closing.unshift(() => stack.stop());

      await receiver.message(about('ModelpulseWatchdog', 'firing'));
      account.paid = false;
      const fired = await receiver.message(about('ModelQuotaExhausted', 'firing'));
      expect(fired.receiver).toBe('account');
      const alert = fired.alerts.find(({ labels }) => labels.alertname === 'ModelQuotaExhausted');
      expect(alert?.labels).toMatchObject({
        model: 'paid-for',
        blame: 'account',
        severity: 'critical',
        provider: 'openai_compatible',
        team: 'search',
      });
      expect(alert?.annotations).toMatchObject({
        detail: expect.stringContaining('You exceeded your current quota'),
        since: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC$/),
        link: expect.stringMatching(
          /^https:\/\/pulse\.example\.com\/models\/paid-for\/incident\?opened=\d+\.\d{3}$/,
        ),
      });
      const link = alert?.annotations.link?.replace('https://pulse.example.com', daemon.url) ?? '';
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(link, { headers, redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).toEqual([302, '/incidents/1']);

      expect(alert?.annotations.summary).toContain('paid-for');

      account.paid = true;
      await receiver.message(about('ModelQuotaExhausted', 'resolved'));
      const alerts = receiver.messages.flatMap((message) =>
        message.alerts.map(({ labels }) => labels.alertname),
      );
      expect(new Set(alerts)).toEqual(new Set(['ModelpulseWatchdog', 'ModelQuotaExhausted']));
    },
    180_000,
  );
});
