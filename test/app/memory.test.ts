import { describe, expect, it } from '@jest/globals';
import { readMemory } from '../../src/app/memory.js';
import { slotOf } from '../../src/domain/time.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();
const minute = 60_000;

type Members = Readonly<Record<string, unknown>>;

function without(members: Members, name: string): Members {
  return Object.fromEntries(Object.entries(members).filter(([member]) => member !== name));
}

/** The memory of a model that failed, became unknown, has two keys, was paused and resumed, and lies in a window. */
async function stored(): Promise<Members & { readonly health: Members }> {
  const store = place.fresh();
  const parts = createParts(store);
  const endpoint = { ...modelNamed('gpt').endpoint, apiKeys: ['one', 'two'] };
  const { added } = await parts.roster.replace([modelNamed('gpt', { endpoint })], start);
  parts.windows.replace([], start, added);
  for (const [turn, reason] of (
    ['ok', 'rate_limited', 'server_error', 'timeout', 'model_loading'] as const
  ).entries()) {
    const outcome = reason === 'ok' ? 'healthy' : reason === 'model_loading' ? 'unknown' : 'unhealthy';
    await parts.record('gpt', start + (turn + 1) * minute, { reason, outcome, keyIndex: turn % 2 });
  }
  const gpt = parts.roster.get('gpt')!;
  parts.recorder.miss(gpt, { lastSlot: start + 6 * minute, unwatched: start + 6 * minute }, 'down', 1);
  parts.roster.pauseByHand(gpt, true, start + 7 * minute);
  parts.roster.pauseByHand(gpt, false, slotOf(start + 8 * minute));
  await parts.writer.flush();
  const [model] = await store.models();
  return model!.health as Members & { readonly health: Members };
}

describe('stored memory of a model', () => {
  it('is read as it was written', async () => {
    const memory = await stored();
    expect(readMemory(memory, 'gpt')).toBe(memory);
    expect(readMemory(null, 'gpt')).toBeNull();
  });

  it('may lack any of its members, and any of its health, as earlier releases wrote it', async () => {
    const memory = await stored();
    const health = memory.health;
    for (const name of Object.keys(memory)) {
      const rest = without(memory, name);
      expect(readMemory(rest, 'gpt')).toBe(rest);
    }
    for (const name of Object.keys(health)) {
      const rest = { ...memory, health: without(health, name) };
      expect(readMemory(rest, 'gpt')).toBe(rest);
    }
  });

  it('is refused with the names of the model and of the invalid member', async () => {
    const memory = await stored();
    const health = memory.health;
    const wrong = Symbol('neither null nor anything of JSON');
    for (const name of Object.keys(memory))
      expect(() => readMemory({ ...memory, [name]: wrong }, 'gpt')).toThrow(
        new RegExp(`^the memory of the model "gpt" in the database cannot be read: ${name}\\b`),
      );
    for (const name of Object.keys(health))
      expect(() => readMemory({ ...memory, health: { ...health, [name]: wrong } }, 'gpt')).toThrow(
        new RegExp(`cannot be read: health\\.${name}\\b`),
      );
  });

  it('makes the roster reject the model if it cannot be read', async () => {
    const store = place.fresh();
    const before = createParts(store);
    await before.roster.replace([modelNamed('gpt')], start);
    const gpt = before.roster.get('gpt')!;
    Object.assign(gpt, { memory: { ...gpt.memory, health: { ...gpt.memory.health, settled: 'noon' } } });
    before.writer.changed(gpt, 0);
    await before.writer.flush();
    await expect(createParts(store).roster.replace([modelNamed('gpt')], start)).rejects.toThrow(
      'the memory of the model "gpt" in the database cannot be read: health.settled must be',
    );
  });
});
