import { once } from 'node:events';
import { createServer, type AddressInfo, type LookupFunction, type Server } from 'node:net';
import { afterEach } from '@jest/globals';
import { adjusted, undisturbed } from '../../src/app/adjustments.js';
import { createConnectivity, type Change } from '../../src/checker/connectivity.js';
import { createTimeLimit } from '../../src/checker/transport/time-limit.js';
import type { Ask, Check } from '../../src/domain/check.js';
import { monotonicMs, systemClock, type Clock } from '../../src/domain/clock.js';
import type { Model } from '../../src/domain/model.js';
import { notSent, type CheckResult } from '../../src/domain/result.js';
import { modelAt } from './model.js';

/** What a test opened. */
export const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
});

type Connectivity = ReturnType<typeof createConnectivity>;

interface Door {
  readonly port: number;
  /** Connections that came. */
  readonly knocks: () => number;
  /** Resolves with the first one. */
  readonly knock: Promise<unknown>;
  shut(): Promise<void>;
}

/** Takes connections on an address of its own and says nothing. */
export async function door(host: string, port = 0): Promise<Door> {
  const server: Server = createServer((socket) => {
    knocks += 1;
    socket.on('error', () => undefined).destroy();
  });
  let knocks = 0;
  const knock = new Promise((resolve) => server.once('connection', resolve));
  server.listen(port, host);
  await once(server, 'listening');
  const shut = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  releases.push(shut);
  return { port: (server.address() as AddressInfo).port, knocks: () => knocks, knock, shut };
}

export const silent: CheckResult = notSent(0, 'connect_error', 'unhealthy', 'refused');
export const good: CheckResult = {
  ...silent,
  outcome: 'healthy',
  reason: 'ok',
  detail: null,
  httpStatus: 200,
};
export const modelOn = (host: string, port: number, changes: Parameters<typeof modelAt>[1] = {}): Model =>
  modelAt(`http://${host}:${port}/v1`, { id: `${host}-${port}`, ...changes });

interface Setting {
  readonly models?: readonly Model[];
  readonly targets?: readonly string[];
  readonly remote?: boolean;
  readonly lookup?: LookupFunction;
  /** With HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly env?: Readonly<Record<string, string>>;
  readonly isPaused?: (id: string) => boolean;
  readonly isDown?: (id: string) => boolean;
  readonly isNear?: (address: string) => boolean;
  readonly clock?: Clock;
}

/** The check, with its result set aside when it was the monitor that could reach nobody. */
export function throughGate(
  { isBlindTo, watching }: Pick<Connectivity, 'isBlindTo' | 'watching'>,
  ask: Ask,
): Check {
  return async (model, signal) => {
    const limit = createTimeLimit({ clock: systemClock, timeoutMs: model.timeoutMs, signal });
    const found = await watching(model, ask(model, signal));
    const blind = await isBlindTo(model, found, limit);
    return adjusted(found, { ...undisturbed(model), blind });
  };
}

/** A gate, and what it makes of a check that found something. */
export function watch(setting: Setting) {
  const {
    models = [],
    targets,
    remote = false,
    lookup,
    env = {},
    isPaused,
    isDown,
    clock = systemClock,
  } = setting;
  // Hosts of tests are on this machine.
  const { isNear = (address: string) => address.startsWith('10.') } = setting;
  const sights: Change[] = [];
  const connectivity = createConnectivity({
    clock,
    env,
    isNear,
    ...(isPaused && { isPaused }),
    ...(isDown && { isDown }),
    ...(lookup && { lookup }),
    changed: (sight) => sights.push(sight),
  });
  releases.push(() => {
    connectivity.close();
  });
  const configure = (targetsNow = targets, modelsNow = models): void =>
    connectivity.configure({
      connectivity: targetsNow === undefined ? null : { targets: targetsNow, everyMs: 60_000 },
      models: modelsNow,
      remote: remote ? { url: 'http://127.0.0.1', apiKey: 'k', timeoutMs: 1 } : null,
    });
  configure();
  const check = (model: Model, found: CheckResult, signal = new AbortController().signal) =>
    throughGate(connectivity, () => Promise.resolve(found))(model, signal);
  return { ...connectivity, configure, check, sights };
}

/** A clock that can be put on. */
export function movable() {
  let ahead = 0;
  const clock = {
    wall: () => systemClock.wall() + ahead,
    monotonic: () => monotonicMs(systemClock.monotonic() + ahead),
  };
  return { clock, pass: (ms: number) => void (ahead += ms) };
}
