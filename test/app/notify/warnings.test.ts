import { expect, it } from '@jest/globals';
import { became, promptId, useSite } from '../registry.js';
import { accept, createReceiver } from './receiver.js';
import { check, isOf, startWarned } from './warned-model.js';
import { inFull } from '../../slow.js';

const site = useSite();

it('a refused key and a budget are told once, also over a restart', async () => {
  const { receiver, config } = await startWarned(site(), {});
  const first = await site().daemon(config);
  await first.line(became(promptId, 'healthy'));
  await check(first, 3);
  const key = await receiver.until(isOf('key'));
  expect(key.json().data).toMatchObject({
    kind: 'remark',
    title: expect.stringMatching(
      /^mini: key 2 of 2 is refused, and others are accepted since .* UTC: auth_failed \(account\)$/,
    ),
    members: [{ model: promptId, reason: 'auth_failed', blame: 'account' }],
  });
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);

  const second = await site().daemon(config);
  await check(second, 4);
  const budget = await receiver.until(isOf('budget'));
  expect(budget.json().data.title).toMatch(/^mini: 90% of the token budget is used \(88 of 97 tokens of /);
  await check(second, 2);
  const usedUp = await receiver.until(
    (request) => isOf('budget')(request) && request.json().data.title.includes('used up'),
  );
  expect(usedUp.json().data.title).toContain('nothing is checked until 00:00 UTC (config)');
  expect(receiver.received.map((request) => request.json().data.kind)).toEqual([
    'remark',
    'remark',
    'remark',
  ]);
  expect(receiver.received.filter(isOf('key'))).toHaveLength(1);
});

inFull('an error budget that is used up is told with its coverage', async () => {
  const receiver = createReceiver(accept);
  const hook = await site().serve(receiver.listener);
  const channels = { hook: { webhook: { url: `http://127.0.0.1:${hook.port}/` } } };
  // 2.6 s in 30 days.
  const model = site().model('bad-key', { id: promptId, slo: 0.999999 });
  const notifications = { channels, group: { wait: '0s', update_every: '1s' } };
  await site().daemon(site().configure([model], { notifications }));
  const usedUp = await receiver.until(
    (request) => isOf('objective')(request) && request.json().data.title.includes('used up'),
  );
  expect(usedUp.json().data.title).toMatch(
    /^mini: the error budget of 30 days is used up: \d+\.\d\d% of it \(objective 99\.9999%, coverage \d+\.\d\d%\) \(account\)$/,
  );
});
