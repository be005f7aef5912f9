import { performance } from 'node:perf_hooks';
import { afterEach, expect, it } from '@jest/globals';
import { series, useSite } from '../app/registry.js';
import { attacks, startHostileProvider } from './hostile-provider.js';
import { amount } from '../slow.js';

const site = useSite();
let close = (): void => undefined;
afterEach(() => {
  close();
});

/** How often each attack is made: each costs the daemon what it can. */
const rounds = amount(8, 2);

interface Result {
  readonly slot: string;
  readonly reason: string;
  readonly outcome: string;
}

it('a provider that attacks its monitor holds up no other model, and costs the daemon little time and memory', async () => {
  const provider = await startHostileProvider();
  close = () => {
    provider.close();
  };
  const { configure, daemon } = site();
  const model = (id: string, more: object) => ({
    id,
    provider: 'openai_compatible',
    base_url: `${provider.url}/${id}`,
    model: 'm',
    api_key: 'sk-test-0123456789abcdef',
    ...more,
  });
  const hostile = Object.keys(attacks).flatMap((name) => [
    model(name, { schedule: { every: '2s' } }),
    ...(attacks[name] instanceof Buffer
      ? []
      : [
          model(`${name}-stream`, {
            probe: 'chat_stream',
            schedule: { every: '2s' },
            base_url: `${provider.url}/${name}`,
          }),
        ]),
  ]);
  const running = await daemon(
    configure([model('good', {}), ...hostile], { defaults: { schedule: { every: '1s' }, timeout: '1s' } }),
  );
  const checksOf = async (id: string): Promise<Result[]> =>
    ((await running.get(`/api/v1/models/${id}/checks?limit=1000`)).json() as { items: Result[] }).items;
  const resident = async (): Promise<number> =>
    series((await running.get('/metrics')).text, 'process_resident_memory_bytes')!;
  const ids = hostile.map((each) => (each as { id: string }).id);
  /** Waits until each has been checked so many times, with what /livez took meanwhile. */
  const checked = async (times: number): Promise<number[]> => {
    const took: number[] = [];
    for (const id of ids) {
      while ((await checksOf(id)).length < times) {
        const begun = performance.now();
        expect((await running.get('/livez')).status).toBe(200);
        took.push(performance.now() - begun);
      }
    }
    return took.sort((a, b) => a - b);
  };
  await checked(1);
  const before = await resident();
  const took = await checked(1 + rounds);
  // What a collection has not freed yet is on top.
  expect((await resident()) - before).toBeLessThan(128 * 1_048_576);
  expect(took[Math.floor(took.length * 0.9)]).toBeLessThan(500);

  const good = await checksOf('good');
  expect(new Set(good.map(({ reason }) => reason))).toEqual(new Set(['ok']));
  for (const id of ids) for (const { outcome } of await checksOf(id)) expect(outcome).not.toBe('healthy');
  const { text } = await running.get('/metrics');
  expect(series(text, 'modelpulse_store_refused_results_total')).toBe(0);
  expect(series(text, 'modelpulse_store_errors_total')).toBe(0);
  expect(running.lines.filter(({ level }) => level === 50)).toEqual([]);
}, 180_000);
