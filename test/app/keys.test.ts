import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/store/sqlite/file/database.js';
import { command, type RunningDaemon } from './process.js';
import { became, promptId, series, useSite } from './registry.js';
import { completion, listenHttp, type Listening } from '../checker/server.js';
import { inFull } from '../slow.js';
import { migrationsDir } from '../store/samples.js';
import { fixedQuestion } from '../checker/model.js';

const site = useSite();
let provider: Listening | null = null;

afterEach(async () => {
  await provider?.close();
  provider = null;
});

interface Shown {
  readonly state: string;
  readonly last_check: { readonly slot: string; readonly outcome: string; readonly detail: string | null };
  readonly api_keys: { readonly key: number; readonly healthy: boolean | null }[];
}

/** A model whose keys in `dead` are refused, and the keys it was asked with. */
async function withKeys(keys: readonly string[], dead: Set<string>, more: object = {}) {
  const used: string[] = [];
  provider = await listenHttp((request, response) => {
    const key = (request.headers.authorization ?? '').replace('Bearer ', '');
    used.push(key);
    request.resume();
    const body = dead.has(key) ? '{"error":{"message":"no such key"}}' : completion('New Delhi');
    response.writeHead(dead.has(key) ? 401 : 200, { 'content-type': 'application/json' }).end(body);
  });
  const { configure } = site();
  const base_url = `http://127.0.0.1:${provider.port}/v1`;
  const model = {
    id: promptId,
    provider: 'openai_compatible',
    base_url,
    model: 'm',
    api_keys: keys,
    ...fixedQuestion,
  };
  const withOthers = (api_keys: readonly string[]): string =>
    configure([{ ...model, api_keys, schedule: { every: '24h' }, ...more }]);
  return { config: withOthers(keys), withOthers, used };
}

const check = async (daemon: RunningDaemon) =>
  (await daemon.post(`/api/v1/models/${promptId}/check`)).json() as Shown['last_check'];
const shown = async (daemon: RunningDaemon) =>
  (await daemon.get(`/api/v1/models/${promptId}`)).json() as Shown;

describe('several API keys', () => {
  it('are listed by position; an invalid one opens no incident, and its state survives a restart', async () => {
    const dead = new Set(['key-two']);
    const { config, used } = await withKeys(['key-one', 'key-two', 'key-three'], dead);
    const { daemon } = site();
    const first = await daemon(config);
    await first.line(became(promptId, 'healthy'));
    expect(await check(first)).toMatchObject({
      outcome: 'degraded',
      reason: 'auth_failed',
      detail: 'key 2 of 3: no such key',
    });
    expect(await shown(first)).toMatchObject({
      state: 'degraded',
      api_keys: [
        { key: 1, healthy: true },
        { key: 2, healthy: false },
        { key: 3, healthy: null },
      ],
    });
    expect((await check(first)).outcome).toBe('healthy');
    const { text } = await first.get('/metrics');
    expect(
      [1, 2, 3].map((key) => series(text, `modelpulse_api_key_healthy{model="${promptId}",key="${key}"}`)),
    ).toEqual([1, 0, 1]);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = await daemon(config);
    expect((await shown(second)).api_keys.map(({ healthy }) => healthy)).toEqual([true, false, true]);
    await check(second);
    expect((await check(second)).outcome).toBe('degraded');
    expect(used).toEqual(['key-one', 'key-two', 'key-three', 'key-one', 'key-two']);
    expect((await second.get('/api/v1/incidents')).json()).toMatchObject({ items: [] });
  });

  inFull('open an incident if all are invalid, and recover when one is replaced by a reload', async () => {
    const dead = new Set(['key-one', 'key-two']);
    const { config } = await withKeys(['key-one', 'key-two'], dead);
    const { daemon } = site();
    const running = await daemon(config);
    expect(await running.line(became(promptId, 'unhealthy'))).toMatchObject({
      reason: 'auth_failed',
      detail: 'key 1 of 2: no such key',
    });
    dead.clear();
    await check(running);
    await check(running);
    await running.line(became(promptId, 'healthy'));
    expect((await shown(running)).api_keys.map(({ healthy }) => healthy)).toEqual([true, true]);
  });
});

describe('API keys that were replaced while no daemon ran', () => {
  const stop = async (daemon: RunningDaemon) => {
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  };
  /** The memory of the model as text; `change` is SQL that changes it. */
  const stored = (change?: string): string => {
    const database = openDatabase(join(site().folder.path, 'pulse.db'), migrationsDir);
    try {
      if (change !== undefined) database.prepare(`UPDATE models SET health = ${change}`).run();
      return database.prepare<[], string>('SELECT health FROM models').pluck().get()!;
    } finally {
      database.close();
    }
  };
  const healthOf = async (daemon: RunningDaemon) =>
    (await shown(daemon)).api_keys.map(({ healthy }) => healthy);

  it('begin without health, so that a refusal of all is no success of a key that is gone', async () => {
    const { config, withOthers } = await withKeys(['key-one', 'key-two'], new Set(['key-3', 'key-4']));
    const { daemon } = site();
    const first = await daemon(config);
    await first.line(became(promptId, 'healthy'));
    await check(first);
    expect(await healthOf(first)).toEqual([true, true]);
    await stop(first);

    const second = await daemon(withOthers(['key-one', 'key-3']));
    expect(await healthOf(second)).toEqual([true, null]);
    await stop(second);

    const third = await daemon(withOthers(['key-4', 'key-3']));
    expect(await healthOf(third)).toEqual([null, null]);
    const { text } = await third.get('/metrics');
    expect(text).not.toContain('modelpulse_api_key_healthy{');
    expect(await check(third)).toMatchObject({ outcome: 'unhealthy', reason: 'auth_failed' });
    await stop(third);
  });

  it('are told by digests that only the database has; a memory without them tells nothing', async () => {
    const { config } = await withKeys(['key-one', 'key-two'], new Set());
    const { daemon } = site();
    const first = await daemon(config);
    await first.line(became(promptId, 'healthy'));
    await check(first);
    const shownTexts = [await first.get('/metrics'), await first.get(`/api/v1/models/${promptId}`)];
    await stop(first);
    const { digests } = (JSON.parse(stored()) as { keys: { digests: string[] } }).keys;
    expect(digests).toHaveLength(2);
    expect(stored()).not.toMatch(/key-(?:one|two)/);
    const plain = (key: string) => createHash('sha256').update(key).digest('hex');
    expect(plain('key-one')).not.toContain(digests[0]!);
    const exported = await command(['export', '--config', config]);
    expect(exported.out).toContain('"keys":{"healthy":[true,true],"last":1}');
    for (const digest of digests)
      expect(
        [exported.out, JSON.stringify(first.lines), ...shownTexts.map(({ text }) => text)].filter((text) =>
          text.includes(digest),
        ),
      ).toEqual([]);
    stored("json_remove(health, '$.keys.digests')");
    const second = await daemon(config);
    expect(await healthOf(second)).toEqual([null, null]);
  });
});

describe('a token budget', () => {
  inFull(
    'is reported once at 80 % and once when used up; then nothing is sent, even after a restart',
    async () => {
      // A completion of the test server takes 22 tokens.
      const { config, used } = await withKeys(['key-one'], new Set(), { budget: { tokens_per_day: 80 } });
      const { daemon } = site();
      const first = await daemon(config);
      await first.line(became(promptId, 'healthy'));
      await check(first);
      const told = () => first.lines.filter(({ msg }) => msg.includes('token budget'));
      expect(told()).toEqual([]);
      await check(first);
      await check(first);
      expect(await check(first)).toMatchObject({ outcome: 'unknown', reason: 'budget_spent' });
      expect(await check(first)).toMatchObject({ reason: 'budget_spent' });
      expect(told()).toMatchObject([
        { level: 40, model: promptId, tokens: 66, tokens_per_day: 80 },
        { level: 40, model: promptId, tokens: 88, tokens_per_day: 80 },
      ]);
      const { text } = await first.get('/metrics');
      expect(series(text, `modelpulse_budget_tokens_used_ratio{model="${promptId}"}`)).toBe(1.1);
      first.child.kill('SIGTERM');
      await first.ended;
      const second = await daemon(config);
      expect(await check(second)).toMatchObject({ reason: 'budget_spent' });
      expect(used.length).toBe(4);
    },
  );
});
