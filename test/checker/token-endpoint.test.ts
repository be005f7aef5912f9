import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { Jwt } from '../../src/domain/model.js';
import { checkOnce } from './probing.js';
import { listenTcp } from './server.js';
import { door, modelOn, releases, silent, throughGate, watch } from './watching.js';

describe('token endpoint', () => {
  const machines = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
  /** Models that answer, behind a token endpoint that `talk`s on another machine, and what the gate makes of checks. */
  async function behind(talk: ((socket: Socket) => void) | null) {
    const login = await listenTcp(talk ?? (() => undefined));
    if (talk === null) await login.close();
    else releases.push(login.close);
    const jwt: Jwt = {
      method: 'GET',
      url: `http://127.0.0.1:${login.port}/token`,
      headers: {},
      body: null,
      responseKey: null,
    };
    const doors = await Promise.all(machines.map((machine) => door(machine)));
    const models = doors.map(({ port }, index) =>
      modelOn(machines[index]!, port, { timeoutMs: 8_000, endpoint: { apiKeys: [], jwt } }),
    );
    const gate = watch({ models });
    const check = throughGate(gate, (model) => checkOnce(model));
    const reasons: string[] = [];
    for (const model of [...models, ...models]) {
      reasons.push((await check(model, new AbortController().signal)).reason);
    }
    return { ...gate, doors, models, ask: check, reasons };
  }

  it.each([
    ['resets connections', (socket: Socket) => socket.resetAndDestroy(), 'connection_lost'],
    ['takes no connection', null, 'connect_error'],
  ] as const)(
    'that %s is blamed on the models behind it, which are reachable',
    async (_name, talk, reason) => {
      const { reasons, up } = await behind(talk);
      expect(new Set(reasons)).toEqual(new Set([reason]));
      expect(up()).not.toBe(false);
    },
    20_000,
  );

  it.each([
    ['takes the request and says nothing', () => undefined, 'timeout'],
    [
      'refuses',
      (socket: Socket) => socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'),
      'auth_failed',
    ],
  ] as const)(
    'that %s counts as reached, even while the targets are unreachable',
    async (_name, talk, reason) => {
      const target = await door('127.0.0.1');
      await target.shut();
      const login = await listenTcp(talk);
      releases.push(login.close);
      const url = `http://127.0.0.1:${login.port}/token`;
      const model = modelOn('127.0.0.2', 1, {
        timeoutMs: 500,
        endpoint: { apiKeys: [], jwt: { method: 'GET', url, headers: {}, body: null, responseKey: null } },
      });
      const gate = watch({ targets: [`tcp://127.0.0.1:${target.port}`] });
      const check = throughGate(gate, (asked) => checkOnce(asked));
      expect((await check(model, new AbortController().signal)).reason).toBe(reason);
    },
  );

  it('with an invalid reply does not end the loss of connectivity for other hosts', async () => {
    const { doors, models, ask, check, up, reasons } = await behind((socket) =>
      socket.end('nonsense\r\n\r\n'),
    );
    expect(new Set(reasons)).toEqual(new Set(['malformed_response']));
    await Promise.all(doors.map(({ shut }) => shut()));
    for (const model of models) await check(model, silent);
    expect(up()).toBe(false);
    expect((await ask(models[0]!, new AbortController().signal)).reason).toBe('malformed_response');
    expect(up()).toBe(false);
  });
});
