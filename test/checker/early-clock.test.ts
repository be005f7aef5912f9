import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createEarlyCertificates } from '../../src/checker/early-certificates.js';
import type { Path } from '../../src/checker/path.js';
import { systemClock } from '../../src/domain/clock.js';
import { identity, modelsOn, monitor, opened, reasonsOf } from './network.js';
import { eachAtItsOwn } from './probing.js';
import { completion, listenHttps } from './server.js';

const pem = (name: string) => readFileSync(new URL(`certificates/${name}`, import.meta.url));
/** A certificate of 2098, as one of today is to a clock that is behind. */
const future = { key: pem('future.key'), cert: pem('future.pem') };
const trusting = { SSL_CERT_FILE: new URL('certificates/future.pem', import.meta.url).pathname };

const serving = (certificate: ReturnType<typeof identity>) =>
  opened(listenHttps(certificate, (_request, response) => response.end(completion('New Delhi')), '0.0.0.0'));

function modelsAt(names: readonly string[], port: number, insecure = false) {
  return modelsOn(names, port, { through: null }).map((model) => ({
    ...model,
    endpoint: { ...model.endpoint, tls: { insecure } },
  }));
}

describe('certificates that have not begun to be valid', () => {
  it('on all hosts show that the clock of the monitor is behind', async () => {
    const { port } = await serving(future);
    const models = modelsAt(['a.test', 'b.test', 'c.test'], port);
    const { all, up, sights } = monitor({ models, lookup: eachAtItsOwn, env: trusting });
    const [first, second] = [await all(), await all()];
    expect(reasonsOf(second)).toEqual(['no_connectivity', 'no_connectivity', 'no_connectivity']);
    expect(second[0]).toMatchObject({ outcome: 'unknown' });
    expect(second[0]!.detail).toMatch(/^tls_error: CERT_NOT_YET_VALID/);
    expect(reasonsOf(first)).toContain('no_connectivity');
    expect(sights).toEqual([expect.objectContaining({ blind: true, dates: true })]);
    expect(up()).toBe(false);
  });

  it.each(['valid since long', 'off'])('show it beside a host that is %s', async (other) => {
    const [early, right] = [await serving(future), await serving(identity())];
    const models = [
      ...modelsAt(['a.test', 'b.test', 'c.test'], early.port),
      ...modelsAt(['d.test'], right.port, true),
    ];
    if (other === 'off') await right.close();
    const { all } = monitor({ models, lookup: eachAtItsOwn, env: trusting });
    await all();
    expect(reasonsOf(await all())).toEqual([
      ...Array.from({ length: 3 }, () => 'no_connectivity'),
      other === 'off' ? 'connect_error' : 'ok',
    ]);
  });

  it('are the failure of their hosts where there are fewer than three, or one machine', async () => {
    const [early, right] = [await serving(future), await serving(identity())];
    const models = [...modelsAt(['b.test', 'c.test'], early.port), ...modelsAt(['d.test'], right.port, true)];
    const few = monitor({ models, lookup: eachAtItsOwn, env: trusting });
    for (let round = 0; round < 2; round += 1)
      expect(reasonsOf(await few.all())).toEqual(['tls_error', 'tls_error', 'ok']);
    // Names that begin alike are at one address. It is known from their answers.
    const one = await serving(identity());
    const names = modelsAt(['a1.test', 'a2.test', 'a3.test'], one.port, true);
    const same = monitor({ models: names, lookup: eachAtItsOwn, env: trusting });
    expect(reasonsOf(await same.all())).toEqual(['ok', 'ok', 'ok']);
    const secured = modelsAt(['a1.test', 'a2.test', 'a3.test'], early.port);
    for (let round = 0; round < 2; round += 1)
      for (const model of secured) expect((await same.checked(model)).reason).toBe('tls_error');
    expect([few.sights, same.sights]).toEqual([[], []]);
  });
});

describe('early certificates', () => {
  const path = (host: string, port = 443): Path => ({ host, port, proxy: null, by: 'tls' });
  const open = (addressesOf = (name: string): readonly string[] => [`of ${name}`]) => {
    const sights: boolean[] = [];
    let idle: readonly string[] = [];
    const early = createEarlyCertificates({
      clock: systemClock,
      changed: ({ blind }) => sights.push(blind),
      addressesOf,
      isIdle: (host) => idle.includes(host),
    });
    return { ...early, sights, pause: (...hosts: readonly string[]) => void (idle = hosts) };
  };

  it('are told from those of a few hosts by what most have', () => {
    const { found, passed, sights } = open();
    for (const host of 'defgh') passed(path(host));
    for (const host of 'abc') expect(found(path(host))).toBe(false);
    for (const host of 'def') found(path(host));
    expect(found(path('a'))).toBe(true);
    // Another port of a host shows nothing of this one.
    for (const host of 'abc') passed(path(host, 8443));
    expect(found(path('b'))).toBe(true);
    passed(path('a'));
    expect(found(path('b'))).toBe(false);
    expect(sights).toEqual([true, false]);
  });

  it('do not count while their models are paused', () => {
    const { found, isBehind, pause } = open();
    for (const host of 'abc') found(path(host));
    expect(isBehind()).toBe(true);
    pause('c');
    expect(isBehind()).toBe(false);
  });

  it('do not count before the addresses of their names are known', () => {
    const known = new Map<string, string>();
    const { found } = open((name) => [known.get(name) ?? name]);
    for (const host of 'abc') expect(found(path(host))).toBe(false);
    for (const host of 'abc') known.set(host, 'one');
    expect(found(path('a'))).toBe(false);
    known.set('a', 'two');
    expect(found(path('a'))).toBe(true);
  });
});
