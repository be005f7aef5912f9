import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { metricsIn, startReceiver, type Receiver } from '../metrics/otlp/receiver.js';
import type { RunningDaemon } from './process.js';
import { promptId, series, useSite } from './registry.js';

const site = useSite();

const receivers: Receiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});
async function receive(): Promise<Receiver> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  return receiver;
}

/** Writes the configuration with this section, or without one. */
const configure = (otlp?: object): string =>
  site().configure([site().model(promptId, { model: 'healthy' })], otlp === undefined ? {} : { otlp });

async function reload(daemon: RunningDaemon, otlp?: object): Promise<void> {
  configure(otlp);
  expect((await daemon.post('/-/reload')).status).toBe(200);
}

/** Resolves after as many checks of the model, which are made each second. */
async function checksOf(daemon: RunningDaemon, count: number): Promise<void> {
  const made = async () =>
    series((await daemon.get('/metrics')).text, `modelpulse_checks_total{model="${promptId}"}`) ?? 0;
  const before = await made();
  while ((await made()) < before + count) await wait(100);
}

describe('a reload', () => {
  it('begins, moves and ends the push of metrics', async () => {
    const [first, second] = [await receive(), await receive()];
    const to = ({ url }: Receiver, token: string, every = '1s') => ({
      endpoint: url,
      every,
      headers: { authorization: `Bearer ${token}` },
    });
    const daemon = await site().daemon(configure());
    await reload(daemon, to(first, 'one'));
    await first.came(1);
    const [begun] = first.received;
    expect(begun?.headers.authorization).toBe('Bearer one');
    expect(metricsIn(begun!).map(({ name }) => name)).toContain('modelpulse_build_info');

    await reload(daemon, to(second, 'two'));
    await second.came(1);
    const atFirst = first.received.length;
    await first.left();
    second.answer = 'nothing';
    await second.came(second.received.length + 1);
    // The push that hangs is given up for the new header; no failure is told of it.
    await reload(daemon, to(second, 'three'));
    const sent = () => second.received.map(({ headers }) => headers.authorization);
    const before = sent().length;
    await second.came(before + 1);
    expect(sent().slice(0, before)).toEqual(sent().slice(0, before).fill('Bearer two'));
    expect(sent()[before]).toBe('Bearer three');

    await reload(daemon);
    await second.left();
    const atSecond = second.received.length;
    await checksOf(daemon, 3);
    expect([first.received.length, second.received.length]).toEqual([atFirst, atSecond]);

    await reload(daemon, to(first, 'four', '2s'));
    await first.came(atFirst + 2);
    expect(first.received.at(-1)?.headers.authorization).toBe('Bearer four');
    // On a busy machine the interval of the push that hangs may end before the reload.
    const told = daemon.lines.filter(({ failure }) => failure !== undefined).map(({ failure }) => failure);
    expect(told).toEqual(told.fill('no end within the interval'));
  });

  it('tells of a failure of each receiver, and an end does not wait for one that hangs', async () => {
    const [first, second] = [await receive(), await receive()];
    for (const receiver of [first, second]) receiver.answer = { status: 401 };
    const daemon = await site().daemon(configure({ endpoint: first.url, every: '2s' }));
    const failed = (count: number) => {
      let seen = 0;
      return ({ msg }: { msg: string }) => msg === 'metrics cannot be pushed' && (seen += 1) === count;
    };
    expect(await daemon.line(failed(1))).toMatchObject({ failure: 'HTTP 401' });
    second.answer = { status: 403 };
    await reload(daemon, { endpoint: second.url, every: '2s' });
    expect(await daemon.line(failed(2))).toMatchObject({ failure: 'HTTP 403' });

    second.answer = 'nothing';
    await reload(daemon, { endpoint: second.url, every: '60m', timeout: '60s' });
    await reload(daemon, { endpoint: second.url, every: '30s', timeout: '30s', headers: { 'x-new': 'yes' } });
    await reload(daemon, { endpoint: first.url, every: '2s' });
    first.answer = 'nothing';
    const asked = first.received.length;
    await first.came(asked + 1);
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    await first.left();
    expect(daemon.lines.at(-1)).toMatchObject({ msg: 'stopped' });
  });
});
