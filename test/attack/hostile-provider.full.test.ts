import { afterEach, expect, it } from '@jest/globals';
import { series, useSite } from '../app/registry.js';
import { attacks, startHostileProvider } from './hostile-provider.js';
import { fixedQuestion } from '../checker/model.js';

const site = useSite();
let close = (): void => undefined;
afterEach(() => {
  close();
});

/** How often each attack is made: each costs the daemon what it can. */
const rounds = 8;

interface Result {
  readonly slot: string;
  readonly reason: string;
  readonly outcome: string;
}

it('a hostile provider delays no other model, and uses little time and memory of the daemon', async () => {
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
    ...fixedQuestion,
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
    configure([model('good', { timeout: '20s' }), ...hostile], {
      defaults: { schedule: { every: '1s' }, timeout: '1s' },
    }),
  );
  const checksOf = async (id: string): Promise<Result[]> =>
    ((await running.get(`/api/v1/models/${id}/checks?limit=1000`)).json() as { items: Result[] }).items;
  const ofProcess = async (name: string): Promise<number> =>
    series((await running.get('/metrics')).text, `process_${name}`)!;
  const ids = hostile.map((each) => (each as { id: string }).id);
  /** Waits until each has been checked so many times, and says how many checks they had in all. */
  const checked = async (times: number): Promise<number> => {
    let all = 0;
    for (const id of ids) {
      let count = 0;
      while ((count = (await checksOf(id)).length) < times)
        expect((await running.get('/livez')).status).toBe(200);
      all += count;
    }
    return all;
  };
  const checksBefore = await checked(1);
  const memoryBefore = await ofProcess('resident_memory_bytes');
  const processorBefore = await ofProcess('cpu_seconds_total');
  const checks = (await checked(1 + rounds)) - checksBefore;
  const processor = (await ofProcess('cpu_seconds_total')) - processorBefore;
  // What a collection has not freed yet is on top.
  expect((await ofProcess('resident_memory_bytes')) - memoryBefore).toBeLessThan(128 * 1_048_576);
  // Most of it is to receive and unpack up to 16 MB. Time of the processor, since others use the machine, too.
  expect(processor / checks).toBeLessThan(0.1);

  const good = await checksOf('good');
  expect(new Set(good.map(({ reason }) => reason))).toEqual(new Set(['ok']));
  for (const id of ids) for (const { outcome } of await checksOf(id)) expect(outcome).not.toBe('healthy');
  const { text } = await running.get('/metrics');
  expect(series(text, 'modelpulse_store_refused_results_total')).toBe(0);
  expect(series(text, 'modelpulse_store_errors_total')).toBe(0);
  expect(running.lines.filter(({ level }) => level === 50)).toEqual([]);
}, 180_000);
