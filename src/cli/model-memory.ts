import type { Memory } from '../app/tracked.js';
import { states } from '../domain/state.js';
import type { MemoryReading } from '../store/model-memory.js';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const times = ['firstSeen', 'validUntil', 'settled', 'since'];
const lists = ['windows', 'gaps', 'newRunsAt'];
const rows = ['run', 'lastSuccess', 'incident', 'rateLimited', 'loading'];

function healthProblem(health: Readonly<Record<string, unknown>>): string | null {
  const time = times.find((member) => !Number.isSafeInteger(health[member]));
  if (time !== undefined) return `health.${time} must be a time in ms`;
  const list = lists.find((member) => !Array.isArray(health[member]));
  if (list !== undefined) return `health.${list} must be a list`;
  const row = rows.find((member) => health[member] !== null && !isObject(health[member]));
  if (row !== undefined) return `health.${row} must be an object or null`;
  if (!states.some((state) => state === health.state))
    return `health.state must be one of ${states.join(', ')}`;
  if (!['none', 'up', 'down'].includes(String(health.belief)))
    return 'health.belief must be none, up or down';
  return null;
}

/** What the store is told of what the daemon remembers of a model. */
export const modelMemory: MemoryReading = {
  covered(memory) {
    const { firstSeen, settled } = (memory as Memory).health;
    return { from: firstSeen, to: settled };
  },
  since(memory, firstSeen) {
    const known = memory as Memory;
    return { ...known, health: { ...known.health, firstSeen } };
  },
  problem(memory) {
    const { health, epochs } = memory as Record<string, unknown>;
    if (!isObject(health)) return 'health must be an object';
    if (!Array.isArray(epochs) || !epochs.every(isObject) || epochs.length === 0)
      return 'epochs must be a list of objects that is not empty';
    return healthProblem(health);
  },
};
