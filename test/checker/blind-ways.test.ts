import { describe, expect, it } from '@jest/globals';
import { modelsOn, monitor, opened, provider, proxy, reasonsOf } from './network.js';
import { completion, listenHttp } from './server.js';
import { door, silent } from './watching.js';

const addresses = ['127.0.0.11', '127.0.0.12', '127.0.0.13', '127.0.0.14'];
const names = ['a.test', 'b.test', 'c.test'];
/** Reached at one address directly, and at another one through the proxies, which lead to this machine. */
const target = '127.0.0.31';

interface Network {
  /** Numbers of models. */
  readonly near?: number;
  readonly behind: number;
  /** Whether the target is reached on each way; null configures none. */
  readonly reached?: { readonly directly: boolean; readonly proxied: boolean } | null;
}

/** A network in which some models are reached directly, each on a machine of its own, and others through a proxy. */
async function network({ near = 4, behind, reached = null }: Network) {
  const [way, far] = [await proxy(), await provider('http')];
  const machines = await Promise.all(
    addresses
      .slice(0, near)
      .map((host) => opened(listenHttp((_request, response) => response.end(completion('New Delhi')), host))),
  );
  const through = `http://127.0.0.1:${way.port}`;
  const direct = machines.flatMap(({ port }, index) =>
    modelsOn(addresses.slice(index, index + 1), port, { scheme: 'http', through: null }),
  );
  const proxied = modelsOn(names.slice(0, behind), far.port, { scheme: 'http', through });
  const here = await door('127.0.0.1');
  const there = await door(target, here.port);
  if (reached?.proxied !== true) await here.shut();
  if (reached?.directly !== true) await there.shut();
  const watched = monitor({
    models: [...direct, ...proxied],
    ...(reached && { targets: [`tcp://${target}:${here.port}`] }),
  });
  const close = (which = machines) => Promise.all(which.map((machine) => machine.close()));
  return { ...watched, way, machines, direct, proxied, close, here, there };
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const ok = (count: number): string[] => times(count, 'ok');
const blind = (count: number): string[] => times(count, 'no_connectivity');
const red = (count: number): string[] => times(count, 'connect_error');
const named = ({ port }: { port: number }): string => `127.0.0.1:${port}`;

describe('the way without a proxy', () => {
  it.each([0, 1, 3])('may be lost while %i models behind a proxy answer', async (behind) => {
    const { all, close, up, sights } = await network({ behind });
    expect(reasonsOf(await all())).toEqual(ok(4 + behind));
    await close();
    for (let round = 0; round < 2; round += 1)
      expect(reasonsOf(await all())).toEqual([...blind(4), ...ok(behind)]);
    expect(sights).toEqual([expect.objectContaining({ blind: true, ...(behind > 0 && { proxy: null }) })]);
    expect(up()).toBe(behind > 0);
  });

  it.each([0, 1, 3])(
    'is well when one of four hosts fails beside %i models behind a proxy',
    async (behind) => {
      const { all, close, machines, sights } = await network({ behind });
      expect(reasonsOf(await all())).toEqual(ok(4 + behind));
      await close(machines.slice(0, 1));
      expect(reasonsOf(await all())).toEqual([...red(1), ...ok(3 + behind)]);
      expect(sights).toEqual([]);
    },
  );

  it('is back with the first answer', async () => {
    const { all, close, check, direct, sights } = await network({ behind: 1 });
    await all();
    await close();
    expect(reasonsOf(await all())).toEqual([...blind(4), ...ok(1)]);
    await check(direct[0]!, { ...silent, outcome: 'healthy', reason: 'ok', httpStatus: 200 });
    expect(sights).toMatchObject([
      { blind: true, proxy: null },
      { blind: false, proxy: null, results: 4 },
    ]);
  });

  it('is judged with the others while it has fewer than three hosts', async () => {
    const { all, close, sights } = await network({ near: 2, behind: 3 });
    await all();
    await close();
    expect(reasonsOf(await all())).toEqual([...red(2), ...ok(3)]);
    expect(sights).toEqual([]);
  });

  it.each([
    [3, blind(3)],
    [1, red(1)],
  ])('is well when the proxy of %i models dies', async (behind, reasons) => {
    const { all, way, up, sights } = await network({ behind });
    await all();
    await way.close();
    expect(reasonsOf(await all())).toEqual([...ok(4), ...reasons]);
    expect(up()).toBe(true);
    expect(sights).toEqual(behind === 3 ? [expect.objectContaining({ blind: true, proxy: named(way) })] : []);
  });

  it('and the proxy may be lost together, which leaves no way', async () => {
    const { all, close, way, up } = await network({ behind: 3 });
    await all();
    await Promise.all([close(), way.close()]);
    expect(reasonsOf(await all())).toEqual(blind(7));
    expect(up()).toBe(false);
  });
});

describe('targets on several ways', () => {
  it.each([
    { directly: true, proxied: true, reasons: red(4) },
    { directly: true, proxied: false, reasons: red(4) },
    // Never reached on this way, where they tell nothing: the hosts do.
    { directly: false, proxied: true, reasons: blind(4) },
    { directly: false, proxied: false, reasons: blind(4) },
  ])(
    'reached directly: $directly, through the proxy: $proxied, when all hosts without a proxy fail',
    async ({ directly, proxied, reasons }) => {
      const { all, close } = await network({ behind: 3, reached: { directly, proxied } });
      expect(reasonsOf(await all())).toEqual(ok(7));
      await close();
      expect(reasonsOf(await all())).toEqual([...reasons, ...ok(3)]);
    },
  );

  it.each([true, false])('reached directly: %s, keep the failure of one host', async (directly) => {
    const { all, close, machines, way } = await network({
      behind: 3,
      reached: { directly, proxied: !directly },
    });
    expect(reasonsOf(await all())).toEqual(ok(7));
    await close(machines.slice(0, 1));
    way.lose('refuses', (name) => name.startsWith('a.'));
    expect(reasonsOf(await all())).toEqual([...red(1), ...ok(3), ...red(1), ...ok(2)]);
  });

  it('were reached directly before that way is lost: a single model on it is unknown, whatever the proxy reaches', async () => {
    const { all, close, there, sights } = await network({
      near: 1,
      behind: 1,
      reached: { directly: true, proxied: true },
    });
    expect(reasonsOf(await all())).toEqual(ok(2));
    await Promise.all([close(), there.shut()]);
    expect(reasonsOf(await all())).toEqual([...blind(1), ...ok(1)]);
    expect(sights).toMatchObject([{ blind: true, proxy: null }]);
  });

  it('never reached directly make nobody unknown on a way with few hosts, while the proxy reaches them', async () => {
    const { all, close, sights, up } = await network({
      near: 1,
      behind: 1,
      reached: { directly: false, proxied: true },
    });
    expect(reasonsOf(await all())).toEqual(ok(2));
    await close();
    expect(reasonsOf(await all())).toEqual([...red(1), ...ok(1)]);
    expect(sights).toEqual([]);
    expect(up()).toBe(true);
  });

  it('count on a way from the moment they are reached on it, over a reload too', async () => {
    const { all, close, configure, here, check, direct } = await network({
      near: 1,
      behind: 1,
      reached: { directly: false, proxied: true },
    });
    expect(reasonsOf(await all())).toEqual(ok(2));
    const there = await door(target, here.port);
    configure();
    await there.knock;
    expect(await check(direct[0]!, silent)).toBe(silent);
    await Promise.all([close(), there.shut()]);
    configure();
    expect((await check(direct[0]!, silent)).reason).toBe('no_connectivity');
  });
});
