import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import type { FindPrices } from '../../src/config/model/listed-prices.js';
import { loadConfig, type LoadedConfig } from '../../src/config/read/load.js';
import { capabilities, directoryOf } from './loading.js';

const openai = (id: string) =>
  `{ id: ${id}, provider: openai, model: gpt, api_key: "\${file:key}", region: unused }`;

async function site() {
  const directory = await directoryOf({
    'main.yaml': `include: models.d/*.yaml\nmodels: [${openai('a')}]\n`,
    'models.d/b.yaml': `models: [${openai('b')}]\n`,
    'models.d/key': 'key-one',
    key: 'key-one',
  });
  const path = join(directory, 'main.yaml');
  const first = await loadConfig(path, {}, capabilities);
  return {
    first,
    again: (before = first) => loadConfig(path, {}, capabilities, undefined, before),
    write: (name: string, text: string) => writeFile(join(directory, name), text),
    remove: (name: string) => rm(join(directory, name)),
  };
}

describe('a load after another one', () => {
  it('is the earlier one while no content differs', async () => {
    const { first, again, write, remove } = await site();
    await write('key', 'key-one');
    expect(await again()).toBe(first);
    await write('models.d/c.yaml', `models: [${openai('c')}]`);
    expect((await again()).settings.models.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    await remove('models.d/c.yaml');
    expect(await again()).toBe(first);
    await write('key', 'key-two');
    expect((await again()).settings.models[0]!.endpoint.apiKeys).toEqual(['key-two']);
    await remove('key');
    expect(await again()).not.toBe(first);
  });

  it('parses only texts that the earlier one has not, with the same positions in messages', async () => {
    const { first, again, write } = await site();
    expect(first.warnings).toHaveLength(2);
    expect(first.sources.size).toBe(2);
    // Other values for the same texts: only who does not parse them anew has them.
    const parsed = { models: [{ id: 'kept', provider: 'openai', model: 'gpt', region: 'unused' }] };
    const [main, included] = [...first.sources];
    const sources = new Map([
      main!,
      [included![0], { ...included![1], value: Buffer.from(serialize(parsed)) }],
    ]);
    await write('key', 'key-two');
    const second = await again({ ...first, sources });
    expect(second.settings.models.map(({ id }) => id)).toEqual(['a', 'kept']);
    expect(second.settings.models[0]!.endpoint.apiKeys).toEqual(['key-two']);
    const third = await again();
    expect(third.warnings).toEqual(first.warnings);
    await write('models.d/b.yaml', `models: [${openai('other')}]\n`);
    const fourth = await again(third);
    expect(fourth.settings.models.map(({ id }) => id)).toEqual(['a', 'other']);
    expect(fourth.sources.size).toBe(2);
  });

  it('does not keep what aliases make far longer than the text', async () => {
    const { again, write } = await site();
    const base = `&base { provider: openai, model: gpt, api_key: ${'k'.repeat(1_000)} }`;
    const others = Array.from({ length: 10 }, (_, n) => `{ <<: *base, id: m${n} }`);
    await write('main.yaml', `models: [{ <<: ${base}, id: a }, ${others.join(', ')}]`);
    const { settings, sources } = await again();
    expect(settings.models).toHaveLength(11);
    expect(sources.size).toBe(0);
  });
});

describe('prices of the list', () => {
  const price = {
    inputPerMillion: 1,
    outputPerMillion: 2,
    perRequest: 0,
    currency: 'USD',
    source: 'list',
  } as const;
  const found: FindPrices = (asked) => Promise.resolve(asked.map(() => price));
  const failing: FindPrices = () => Promise.reject(new Error('timed out'));

  it('that cannot be read are those of before, and are looked for again with the same content', async () => {
    const directory = await directoryOf({
      'main.yaml': 'models: [{ id: a, provider: openai, model: gpt, api_key: k }]',
    });
    const path = join(directory, 'main.yaml');
    const load = (before: LoadedConfig | null, find: FindPrices) =>
      loadConfig(path, {}, capabilities, undefined, before, find);
    const priceIn = ({ settings }: LoadedConfig) => settings.models[0]!.price;
    const first = await load(null, failing);
    expect(priceIn(first)).toBeUndefined();
    expect(first.warnings.join()).toContain('prices are not known: timed out');
    const second = await load(first, found);
    expect(priceIn(second)).toEqual(price);
    expect(await load(second, failing)).toBe(second);
    await writeFile(path, 'models: [{ id: b, provider: openai, model: gpt, api_key: k }]');
    expect(priceIn(await load(second, failing))).toEqual(price);
  });
});
