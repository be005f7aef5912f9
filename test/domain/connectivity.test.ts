import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  allSilent,
  machineOf,
  noSilence,
  signOf,
  withConnection,
  withoutConnectivity,
  withResult,
} from '../../src/domain/connectivity.js';
import { reasons, type Reason } from '../../src/domain/reason.js';
import { notSent, type CheckResult } from '../../src/domain/result.js';
import { modelAt } from '../checker/model.js';

const found = (reason: Reason, changes: Partial<CheckResult> = {}): CheckResult => ({
  ...notSent(0, reason, 'unhealthy', null),
  ...changes,
});

describe('what a result says of the network', () => {
  it.each(['dns_error', 'connect_error', 'connection_lost', 'timeout'] as const)(
    '%s without a reply: nobody was reached',
    (reason) => {
      expect(signOf(found(reason))).toBe('silent');
    },
  );

  it('any HTTP reply is an answer, whatever was wrong with it', () => {
    for (const reason of reasons) expect(signOf(found(reason, { httpStatus: 502 }))).toBe('answered');
  });

  it('a certificate that is refused came from somebody', () => {
    expect(signOf(found('tls_error'))).toBe('answered');
  });

  it('a timeout after the request was sent says nothing', () => {
    expect(signOf(found('timeout', { phases: { tcp: 3, request: 1 } }))).toBeNull();
  });

  it('what was never sent says nothing', () => {
    for (const reason of ['secret_missing', 'rate_budget', 'budget_spent', 'internal_error'] as const) {
      expect(signOf(found(reason))).toBeNull();
    }
  });
});

const hosts = ['a', 'b', 'c', 'd'];
const event = fc.record({
  host: fc.constantFrom(...hosts),
  said: fc.constantFrom('answered', 'silent', 'nothing'),
});
const results: Readonly<Record<string, CheckResult>> = {
  answered: found('ok', { httpStatus: 200 }),
  silent: found('connect_error'),
  nothing: found('secret_missing'),
};
const after = (log: readonly { host: string; said: string }[]) =>
  log.reduce((silence, { host, said }) => withResult(silence, host, results[said]!), noSilence);

describe('the silence of all hosts', () => {
  it('is there exactly when each of three or more was silent since the newest answer of any', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.subarray(hosts), (log, known) => {
        const since = log.slice(log.findLastIndex(({ said }) => said === 'answered') + 1);
        const silent = known.every((host) => since.some((one) => one.host === host && one.said === 'silent'));
        expect(allSilent(new Set(known), after(log))).toBe(known.length >= 3 && silent);
      }),
    );
  });

  it('is refuted by a connection to any, but for connections that were cut', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (log) => {
        expect(withConnection(after(log))).toEqual(noSilence);
      }),
    );
    const cut = hosts.reduce(
      (silence, host) => withResult(silence, host, found('connection_lost')),
      noSilence,
    );
    expect(allSilent(new Set(hosts), withConnection(cut))).toBe(true);
  });

  it('counts machines: several ports of one fail together', () => {
    const machines = [':1', ':2', ':3'].map((port) => machineOf(modelAt(`http://127.0.0.1${port}/v1`)));
    expect(new Set(machines)).toEqual(new Set(['127.0.0.1']));
  });
});

describe('a result that is set aside', () => {
  it('is unknown, keeps what was found in its detail, and obeys the outcomes of the model', () => {
    const result = found('connect_error', { detail: 'connect ECONNREFUSED 10.0.0.1:443', durationMs: 12 });
    expect(withoutConnectivity(result, { outcomes: {} })).toEqual({
      ...result,
      outcome: 'unknown',
      reason: 'no_connectivity',
      detail: 'connect_error: connect ECONNREFUSED 10.0.0.1:443',
    });
    expect(
      withoutConnectivity(found('timeout'), { outcomes: { no_connectivity: 'degraded' } }),
    ).toMatchObject({
      outcome: 'degraded',
      detail: 'timeout',
    });
  });
});
