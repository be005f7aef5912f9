import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  allSilent,
  isNamed,
  machineOf,
  noSilence,
  proofAmid,
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

describe('connectivity sign of a result', () => {
  it.each(['dns_error', 'connect_error', 'connection_lost', 'timeout'] as const)(
    'for %s without a reply is silent',
    (reason) => {
      expect(signOf(found(reason))).toBe('silent');
    },
  );

  it('for any HTTP reply is answered', () => {
    for (const reason of reasons) expect(signOf(found(reason, { httpStatus: 502 }))).toBe('answered');
  });

  it('for the reply of a proxy that nobody configured is silent, whose connections prove nothing', () => {
    const evidence = { ...found('gateway_error', { httpStatus: 503 }), intercepted: true };
    expect(signOf(evidence)).toBe('silent');
    const silence = withResult(withResult(noSilence, 'a', evidence), 'b', found('connect_error'));
    expect([...withConnection(silence).keys()]).toEqual(['a']);
    expect([proofAmid(silence), proofAmid(noSilence)]).toEqual(['reply', null]);
  });

  it.each(['timeout', 'connection_lost'] as const)(
    'for %s in the handshake of TLS needs one to be disproved',
    (reason) => {
      const silence = withResult(noSilence, 'a', found(reason, { phases: { dns: 1, tcp: 3 } }));
      expect([proofAmid(silence), withConnection(silence).size, withConnection(silence, true).size]).toEqual([
        'tls',
        1,
        0,
      ]);
      const later = withResult(noSilence, 'a', found('connection_lost', { phases: { tcp: 3, request: 1 } }));
      expect([proofAmid(later), withConnection(later, true).size]).toEqual([null, 1]);
    },
  );

  it('without an address says that the resolver may not reply', () => {
    const unnamed = withResult(noSilence, 'a', found('dns_error'));
    expect([isNamed(unnamed), isNamed(withResult(unnamed, 'b', found('connect_error')))]).toEqual([
      false,
      true,
    ]);
    expect(withConnection(unnamed).size).toBe(0);
  });

  it('for a rejected certificate is answered', () => {
    expect(signOf(found('tls_error'))).toBe('answered');
  });

  it('for a timeout after the request was sent is null', () => {
    expect(signOf(found('timeout', { phases: { tcp: 3, request: 1 } }))).toBeNull();
  });

  it('for a check that was not sent is null', () => {
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

describe('allSilent', () => {
  it('is true if and only if there are hosts and all were silent since the last answer', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.subarray(hosts), (log, known) => {
        const since = log.slice(log.findLastIndex(({ said }) => said === 'answered') + 1);
        const silent = known.every((host) => since.some((one) => one.host === host && one.said === 'silent'));
        expect(allSilent(known, after(log))).toBe(known.length > 0 && silent);
      }),
    );
  });

  it('is false after a connection to any host, except for dropped connections', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (log) => {
        expect(withConnection(after(log))).toEqual(noSilence);
      }),
    );
    const cut = hosts.reduce(
      (silence, host) => withResult(silence, host, found('connection_lost')),
      noSilence,
    );
    expect(allSilent(hosts, withConnection(cut))).toBe(true);
  });

  it('counts machines, not ports', () => {
    const machines = [':1', ':2', ':3'].map((port) => machineOf(modelAt(`http://127.0.0.1${port}/v1`)));
    expect(new Set(machines)).toEqual(new Set(['127.0.0.1']));
  });
});

describe('result set aside', () => {
  it('is unknown, keeps the original failure in its detail, and follows the outcomes of the model', () => {
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
