import type { LookupFunction, Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { signOf } from '../../src/domain/connectivity.js';
import type { Model } from '../../src/domain/model.js';
import type { CheckResult } from '../../src/domain/result.js';
import { modelAt } from './model.js';
import { checkOnce } from './probing.js';
import { listenTcp } from './server.js';
import { door, good, modelOn, releases, silent, watch } from './watching.js';
import { inFull } from '../slow.js';

describe('connectivity with targets', () => {
  it('keeps a failure while one target accepts connections', async () => {
    const [open, shut] = [await door('127.0.0.1'), await door('127.0.0.1')];
    await shut.shut();
    const { check, up } = watch({
      targets: [`tcp://127.0.0.1:${shut.port}`, `tcp://127.0.0.1:${open.port}`],
    });
    expect(await check(modelOn('127.0.0.2', 1), silent)).toBe(silent);
    expect(up()).toBe(true);
  });

  it('sets network failures aside while no target accepts connections, and keeps replies', async () => {
    const target = await door('127.0.0.1');
    await target.shut();
    const { check, up, sights } = watch({ targets: [`tcp://127.0.0.1:${target.port}`] });
    const model = modelOn('127.0.0.2', 1);
    expect(await check(model, silent)).toMatchObject({
      outcome: 'unknown',
      reason: 'no_connectivity',
      detail: 'connect_error: refused',
    });
    expect(up()).toBe(false);
    const failed: CheckResult = { ...silent, reason: 'server_error', httpStatus: 500 };
    expect(await check(model, failed)).toBe(failed);
    expect(await check(model, good)).toBe(good);
    expect(up()).toBe(false);
    expect(sights).toEqual([{ blind: true, since: expect.any(Number) as unknown as number, results: 0 }]);
  });

  it('sets aside a request without a reply on a connection of an earlier check, which shows nobody to be there', async () => {
    const target = await door('127.0.0.1');
    await target.shut();
    const { check } = watch({ targets: [`tcp://127.0.0.1:${target.port}`] });
    const model = modelOn('127.0.0.2', 1);
    const hung: CheckResult = { ...silent, reason: 'timeout', phases: { request: 1 } };
    expect((await check(model, hung)).reason).toBe('no_connectivity');
    const fresh: CheckResult = { ...hung, phases: { tcp: 3, request: 1 } };
    expect(await check(model, fresh)).toBe(fresh);
  });

  inFull('uses evidence newer than the failure, collected at most once a second', async () => {
    const target = await door('127.0.0.1');
    const { check, sights } = watch({ targets: [`tcp://127.0.0.1:${target.port}`] });
    const model = modelOn('127.0.0.2', 1);
    expect(await check(model, silent)).toBe(silent);
    await target.shut();
    const started = performance.now();
    const all = await Promise.all(Array.from({ length: 20 }, () => check(model, silent)));
    expect(new Set(all.map(({ reason }) => reason))).toEqual(new Set(['no_connectivity']));
    expect(target.knocks()).toBeLessThanOrEqual(2);
    const again = await door('127.0.0.1', target.port);
    expect(performance.now() - started).toBeLessThan(2_500);
    // What was just seen counts for a second.
    expect(await check(model, silent)).toMatchObject({ reason: 'no_connectivity' });
    while (again.knocks() === 0) await check(model, silent);
    expect(await check(model, silent)).toBe(silent);
    expect(again.knocks()).toBeLessThanOrEqual(3);
    expect(sights).toMatchObject([{ blind: true }, { blind: false }]);
    expect(sights[1]!.results).toBeGreaterThanOrEqual(21);
  });

  it('returns an aborted check at once', async () => {
    const target = await door('127.0.0.1');
    const { check } = watch({ targets: [`tcp://127.0.0.1:${target.port}`] });
    const model = modelOn('127.0.0.2', 1);
    await check(model, silent);
    await target.shut();
    const started = performance.now();
    expect(await check(model, silent, AbortSignal.abort())).toBe(silent);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('uses other targets after a reload', async () => {
    const [first, second] = [await door('127.0.0.1'), await door('127.0.0.1')];
    await first.shut();
    const { check, up, configure } = watch({ targets: [`tcp://127.0.0.1:${first.port}`] });
    const model = modelOn('127.0.0.2', 1);
    expect((await check(model, silent)).reason).toBe('no_connectivity');
    configure([`tcp://127.0.0.1:${second.port}`]);
    expect(up()).toBeNull();
    expect(await check(model, silent)).toBe(silent);
    expect(up()).toBe(true);
  });
});

describe('connectivity without targets', () => {
  const machines = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
  const open = async (names: readonly string[]) => {
    const doors = await Promise.all(names.map((name) => door(name)));
    return { doors, models: doors.map(({ port }, index) => modelOn(names[index]!, port)) };
  };

  it('keeps the failure of one provider while another accepts connections', async () => {
    const { doors, models } = await open(machines);
    await Promise.all(doors.slice(1).map(({ shut }) => shut()));
    const { check, up } = watch({ models });
    for (const model of models.slice(1)) expect(await check(model, silent)).toBe(silent);
    expect(up()).toBe(true);
  }, 15_000);

  it('blames the monitor from the first failure while all providers are unreachable, until one answers', async () => {
    const { doors, models } = await open(machines);
    const { check, up, sights } = watch({ models });
    expect(up()).toBeNull();
    for (const model of models) await check(model, good);
    expect(up()).toBe(true);
    await Promise.all(doors.map(({ shut }) => shut()));
    for (const model of models) expect((await check(model, silent)).reason).toBe('no_connectivity');
    expect(up()).toBe(false);
    await check(models[0]!, good);
    expect(up()).toBe(true);
    expect(sights).toMatchObject([{ blind: true }, { blind: false, results: 4 }]);
  });

  it('blames the monitor if every host accepts and drops connections', async () => {
    const { models } = await open(machines.slice(0, 3));
    const { check } = watch({ models });
    const cut: CheckResult = { ...silent, reason: 'connection_lost' };
    const [a, b, c] = models as [Model, Model, Model];
    expect(await check(a, cut)).toBe(cut);
    expect(await check(b, cut)).toBe(cut);
    expect((await check(c, cut)).reason).toBe('no_connectivity');
    expect((await check(a, cut)).reason).toBe('no_connectivity');
    await check(b, good);
    expect(await check(a, cut)).toBe(cut);
  }, 15_000);

  it('needs more than two hosts, and ignores ports and paused models', async () => {
    const { doors, models } = await open(machines.slice(0, 3));
    await Promise.all(doors.map(({ shut }) => shut()));
    const [a, b, c] = models as [Model, Model, Model];
    const { check, up } = watch({ models: [a, b, { ...c, pause: true }, modelOn('127.0.0.2', 1)] });
    expect(await check(a, silent)).toBe(silent);
    expect(up()).toBeNull();
  });

  it('discards the evidence if another check is answered while it is collected', async () => {
    let fail = (): void => undefined;
    let lookup: LookupFunction;
    const asked = new Promise<void>((resolve) => {
      lookup = (_name, _options, callback) => {
        resolve();
        const former = fail;
        fail = () => {
          former();
          callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '', 4);
        };
      };
    });
    const models = ['a.invalid', 'b.invalid', 'c.invalid'].map((host) => modelOn(host, 443));
    const { check, up } = watch({ models, lookup: (...all) => lookup(...all) });
    const judged = check(models[0]!, silent);
    await asked;
    await check(models[1]!, good);
    fail();
    expect(await judged).toBe(silent);
    expect(up()).toBe(true);
  });
});

it('connectivity in remote mode sets nothing aside', async () => {
  const { check, up } = watch({
    models: ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((host) => modelOn(host, 1)),
    targets: ['tcp://127.0.0.1:1'],
    remote: true,
  });
  expect(await check(modelOn('127.0.0.2', 1), silent)).toBe(silent);
  expect(up()).toBeNull();
});

describe('connectivity sign of a check', () => {
  it.each([
    ['nobody to talk to', 'https', null, 'silent'],
    ['a handshake that never ends', 'https', () => undefined, 'silent'],
    [
      'bytes that are not TLS',
      'https',
      (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'answered',
    ],
    ['a connection that is cut', 'http', (socket: Socket) => socket.destroy(), 'silent'],
    ['a request without a reply', 'http', () => undefined, null],
    [
      'a bad reply',
      'http',
      (socket: Socket) => socket.end('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'),
      'answered',
    ],
  ] as const)('is derived for %s over %s', async (_name, scheme, talk, sign) => {
    const server = await listenTcp(talk ?? (() => undefined));
    releases.push(server.close);
    if (talk === null) await server.close();
    const model = modelAt(`${scheme}://127.0.0.1:${server.port}/v1`, { timeoutMs: 400 });
    expect(signOf(await checkOnce(model))).toBe(sign);
  });
});
