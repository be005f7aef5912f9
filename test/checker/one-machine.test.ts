import type { LookupFunction } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { modelsOn, monitor, opened, proxy, reasonsOf } from './network.js';
import { eachAtItsOwn } from './probing.js';
import { completion, listenHttp } from './server.js';

/** Finds the names of the ingress at one address, and at another one that differs from look-up to look-up. */
const look: LookupFunction = (name, options, callback) => {
  if (!name.startsWith('ingress')) {
    eachAtItsOwn(name, options, callback);
    return;
  }
  looks += 1;
  const addresses = ['127.0.0.21', `127.0.1.${String(looks % 200)}`];
  if (options.all !== true) callback(null, addresses[0]!, 4);
  else
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
};
let looks = 0;

const ofIngress = Array.from({ length: 20 }, (_, index) => `ingress-${String(index)}.test`);

const serving = (host: string) =>
  opened(listenHttp((_request, response) => response.end(completion('New Delhi')), host));

/** A machine with many names beside others, near and behind a proxy. */
async function network({ names = 3, near = 0, behind = 0 }) {
  const [way, ingress, others] = [await proxy(), await serving('127.0.0.21'), await serving('0.0.0.0')];
  const scheme = 'http' as const;
  const through = `http://127.0.0.1:${way.port}`;
  const models = [
    ...modelsOn(ofIngress.slice(0, names), ingress.port, { scheme, through: null }),
    ...modelsOn(['a.test', 'b.test', 'c.test'].slice(0, near), others.port, { scheme, through: null }),
    ...modelsOn(['x.test', 'y.test', 'z.test'].slice(0, behind), others.port, { scheme, through }),
  ];
  return { ...monitor({ models, lookup: look }), way, ingress, others };
}

const times = (count: number, value: string): string[] => Array.from({ length: count }, () => value);

describe('a machine with several names', () => {
  it.each([
    { names: 3, near: 0, behind: 0 },
    { names: 3, near: 0, behind: 3 },
    { names: 3, near: 1, behind: 3 },
    { names: 20, near: 2, behind: 0 },
  ])('fails for itself: %p', async ({ names, near, behind }) => {
    const { all, up, sights, ingress } = await network({ names, near, behind });
    expect(reasonsOf(await all())).toEqual(times(names + near + behind, 'ok'));
    await ingress.close();
    for (let round = 0; round < 2; round += 1)
      expect(reasonsOf(await all())).toEqual([
        ...times(names, 'connect_error'),
        ...times(near + behind, 'ok'),
      ]);
    expect([sights, up()]).toEqual([[], behind > 0 || near > 0 ? true : null]);
  });

  it.each([
    { names: 20, near: 2 },
    { names: 3, near: 1 },
  ])('is one of those that a lost network hides: %p', async ({ names, near }) => {
    const { all, ingress, others } = await network({ names, near });
    await all();
    await Promise.all([ingress.close(), others.close()]);
    await all();
    expect(reasonsOf(await all())).toEqual(times(names + near, 'no_connectivity'));
  });

  it('is not what a resolver makes of all hosts, which gives one address for each name while the network is lost', async () => {
    let lost = false;
    const lookup: LookupFunction = (name, options, callback) => {
      if (!lost) eachAtItsOwn(name, options, callback);
      else if (options.all === true) callback(null, [{ address: '127.0.0.9', family: 4 }]);
      else callback(null, '127.0.0.9', 4);
    };
    const servers = await Promise.all(['127.0.0.97', '127.0.0.98', '127.0.0.99'].map(serving));
    const models = servers.flatMap(({ port }, index) =>
      modelsOn([`${'abc'.charAt(index)}.test`], port, { scheme: 'http', through: null }),
    );
    const { all, up } = monitor({ models, lookup });
    expect(reasonsOf(await all())).toEqual(times(3, 'ok'));
    lost = true;
    for (let round = 0; round < 2; round += 1)
      expect(reasonsOf(await all())).toEqual(times(3, 'no_connectivity'));
    expect(up()).toBe(false);
  });

  it('is hidden with the ways of all others, too', async () => {
    const { all, way, ingress } = await network({ names: 3, behind: 3 });
    await all();
    way.lose('refuses');
    await ingress.close();
    await all();
    expect(reasonsOf(await all())).toEqual(times(6, 'no_connectivity'));
  });
});
