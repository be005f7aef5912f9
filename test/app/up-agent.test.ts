import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startUpAgent, type UpAgent } from '../../src/app/up-agent.js';
import type { UpSettings } from '../../src/config/up.js';
import { failing, noon, sampleHealth } from '../metrics/sample-view.js';

const settings: UpSettings = {
  ...{ isPublic: false, unknown: 'last', maintenance: 'down', paused: 'last' },
  ...{ degradedWeight: 50, agent: null },
};
const models = new Map([
  ['fine', { health: sampleHealth() }],
  ['broken', { health: failing('HTTP 500') }],
  ['模型', { health: sampleHealth() }],
]);

const agents: UpAgent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

async function start(deadlineMs?: number): Promise<number> {
  const agent = await startUpAgent({
    listen: { host: '127.0.0.1', port: 0 },
    view: (id) => {
      const model = models.get(id);
      return model && { ...model, probes: [] };
    },
    settings: () => settings,
    now: () => noon,
    ...(deadlineMs !== undefined && { deadlineMs }),
  });
  agents.push(agent);
  return Number(agent.address.split(':').at(-1));
}

/** What the agent says to these bytes; the connection is ended by the agent, or before the answer by us with `half`. */
async function ask(port: number, parts: readonly (string | Buffer)[], half = false): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined);
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  for (const part of parts) if (socket.writable) await new Promise((done) => socket.write(part, done));
  if (half) socket.end();
  socket.once('end', () => socket.end());
  await ended;
  return text;
}

describe('the agent', () => {
  it.each([
    ['a healthy model', ['fine\n'], 'up 100%\n'],
    ['an unhealthy one', ['broken\r\n'], 'down #unhealthy\n'],
    ['one that is not there', ['other\n'], 'down #no such model\n'],
    ['an inherited name', ['constructor\n'], 'down #no such model\n'],
    ['an empty line', ['\n'], 'down #no such model\n'],
    [
      'a line in parts, cut inside of a character',
      [Buffer.from('模型').subarray(0, 4), Buffer.from('模型').subarray(4), '\n'],
      'up 100%\n',
    ],
    ['what follows the line', ['fine\n', 'broken\n'], 'up 100%\n'],
  ])('answers %s', async (_name, parts, answer) => {
    expect(await ask(await start(), parts)).toBe(answer);
  });

  it('takes the end of what is sent for the end of the line', async () => {
    const port = await start();
    expect(await ask(port, ['fine'], true)).toBe('up 100%\n');
    expect(await ask(port, [], true)).toBe('');
  });

  it('cuts a line that is too long, and one that does not come', async () => {
    expect(await ask(await start(), [`${'x'.repeat(5_000)}\n`])).toBe('');
    const port = await start(50);
    expect(await ask(port, ['fin'])).toBe('');
    expect(await ask(port, ['fine\n'])).toBe('up 100%\n');
  });

  it('answers while many others say nothing, or do not read', async () => {
    const port = await start(60_000);
    const silent = Array.from({ length: 1_000 }, () => connect({ port, host: '127.0.0.1' }).pause());
    for (const socket of silent) socket.on('error', () => undefined);
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    expect(await ask(port, ['fine\n'])).toBe('up 100%\n');
    for (const socket of silent) socket.destroy();
  });

  it('rejects when its port is taken', async () => {
    const port = await start();
    const taken = startUpAgent({
      ...{ listen: { host: '127.0.0.1', port }, view: () => undefined },
      ...{ settings: () => settings, now: () => noon },
    });
    await expect(taken).rejects.toThrow('EADDRINUSE');
  });
});
