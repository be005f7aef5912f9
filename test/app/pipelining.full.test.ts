import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { useSite } from './registry.js';

const site = useSite();
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const connections = 20;
const requests = 5_000;
const scrape = 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

/** Asks for all scrapes at once and never reads; resolves when the requests are with the daemon, or it has hung up. */
function pipeline(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1').pause();
    sockets.push(socket);
    socket.on('error', () => resolve()).once('close', () => resolve());
    socket.write(scrape.repeat(requests), () => resolve());
  });
}

it('uses less than 64 MB for 20 connections with 5,000 unread scrapes each, with 100 models', async () => {
  const { configure, daemon, model } = site();
  const models = Array.from({ length: 100 }, (_each, index) => model(`m${index}`, { model: 'healthy' }));
  const running = await daemon(configure(models));
  // What the first expositions and checks need once is not of the callers.
  for (let turn = 0; turn < 30; turn += 1) await running.get('/metrics');
  const megabytes = (name: string): number => {
    const status = readFileSync(`/proc/${running.child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024;
  };
  // The start may have taken more at its height: the kernel begins that anew.
  writeFileSync(`/proc/${running.child.pid}/clear_refs`, '5');
  const before = megabytes('VmRSS');

  const port = Number(new URL(running.url).port);
  await Promise.all(Array.from({ length: connections }, () => pipeline(port)));
  // Both come after the requests above; the scrape is made together with those that wait.
  expect((await running.get('/livez')).status).toBe(200);
  expect((await running.get('/metrics')).text).toContain('modelpulse_model_state{model="m99"');

  expect(megabytes('VmHWM') - before).toBeLessThan(64);
}, 30_000);
