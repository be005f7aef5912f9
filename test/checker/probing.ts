import type { LookupFunction } from 'node:net';
import { createProber, type ProberOptions } from '../../src/checker/prober.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Model } from '../../src/domain/model.js';
import type { CheckResult } from '../../src/domain/result.js';
import type { Listening } from './server.js';

/** Checks once with a prober of its own. */
export async function checkOnce(
  model: Model,
  options: Partial<ProberOptions> & { readonly signal?: AbortSignal } = {},
): Promise<CheckResult> {
  const { signal = new AbortController().signal, ...rest } = options;
  const prober = createProber({
    clock: systemClock,
    userAgent: 'modelpulse/test',
    reuseConnections: false,
    env: {},
    ...rest,
  });
  try {
    return await prober.check(model, signal);
  } finally {
    prober.close();
  }
}

/** Runs with a server and closes it, whatever happens. */
export async function withServer<T>(
  starting: Promise<Listening>,
  run: (port: number) => Promise<T>,
): Promise<T> {
  const server = await starting;
  try {
    return await run(server.port);
  } finally {
    await server.close();
  }
}

/** Finds every name on this machine. */
export const everythingIsHere: LookupFunction = (_name, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

/** Finds each name at an address of this machine by its first letter. */
export const eachAtItsOwn: LookupFunction = (name, options, callback) => {
  const address = `127.0.0.${String(name.charCodeAt(0))}`;
  if (options.all === true) callback(null, [{ address, family: 4 }]);
  else callback(null, address, 4);
};
