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

  it('are the failure of their hosts while another one is right, or there are fewer than three', async () => {
    const [early, right] = [await serving(future), await serving(identity())];
    const models = [
      ...modelsAt(['a.test', 'b.test', 'c.test'], early.port),
      ...modelsAt(['d.test'], right.port, true),
    ];
    const other = modelsOn(['e.test'], right.port, { through: null, scheme: 'https' });
    const few = monitor({ models: models.slice(1), lookup: eachAtItsOwn, env: trusting });
    for (let round = 0; round < 2; round += 1)
      expect(reasonsOf(await few.all())).toEqual(['tls_error', 'tls_error', 'ok']);
    expect(few.sights).toEqual([]);
    const trustsOther = { ...other[0]!, endpoint: { ...other[0]!.endpoint, tls: { insecure: false } } };
    const many = monitor({ models: [...models, trustsOther], lookup: eachAtItsOwn, env: trusting });
    await many.all();
    expect(reasonsOf(await many.all()).slice(0, 3)).toEqual(['tls_error', 'tls_error', 'tls_error']);
    expect(many.sights).toEqual([]);
  });
});
