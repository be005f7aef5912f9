import { readMemory, type StoredMemory } from '../app/memory.js';
import { cronProblem } from '../calendar/cron.js';
import { isTimezone } from '../calendar/cron.js';
import { issueMessage } from '../config/read/issue-message.js';
import { healthFrom } from '../domain/health.js';
import type { MemoryReading } from '../store/port.js';
import { latestSchema, memorySchema } from '../wire/memory.js';

/** The first invalid member, and what it must be. */
function problemOf(schema: typeof memorySchema | typeof latestSchema, value: unknown): string | null {
  const [issue] = schema.safeParse(value, { error: issueMessage }).error?.issues ?? [];
  return issue === undefined ? null : `${issue.path.join('.')} ${issue.message}`;
}

/** The first invalid schedule of a valid memory: a daemon could not start with it. */
function problemOfSchedules(memory: StoredMemory | null): string | null {
  for (const [index, { schedule }] of memory?.epochs?.entries() ?? []) {
    if (schedule.kind !== 'cron') continue;
    const place = `epochs.${index}.schedule`;
    const problem = cronProblem(schedule.expression);
    if (problem !== null) return `${place}.expression ${problem}`;
    if (!isTimezone(schedule.timezone))
      return `${place}.timezone must be a time zone such as "Europe/Berlin"`;
  }
  return null;
}

/** Lets the store read the daemon's memory of a model. */
export const modelMemory: MemoryReading = {
  covered(memory) {
    const { firstSeen, settled } = healthFrom(readMemory(memory)?.health, 0);
    return { from: firstSeen, to: settled };
  },
  since(memory, firstSeen) {
    const known = readMemory(memory);
    return { ...known, health: { ...known?.health, firstSeen } };
  },
  problem: (memory) => problemOf(memorySchema, memory) ?? problemOfSchedules(readMemory(memory)),
  problemOfLatest: (latest) => problemOf(latestSchema, latest),
};
