import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
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
