import { readMemory, withBreak, type StoredMemory } from '../app/memory.js';
import { cronProblem, isTimezone } from '../calendar/cron.js';
import { issueMessage } from '../config/read/issue-message.js';
import { costOfBoth } from '../domain/cost.js';
import type { Epoch } from '../domain/epoch.js';
import { healthFrom } from '../domain/health.js';
import type { Schedule } from '../domain/schedule.js';
import type { MemoryReading } from '../store/port.js';
import { epochSchema, latestSchema, memorySchema } from '../wire/memory.js';

/** The first invalid member, and what it must be. */
function problemOf(schema: typeof memorySchema | typeof latestSchema, value: unknown): string | null {
  const [issue] = schema.safeParse(value, { error: issueMessage }).error?.issues ?? [];
  return issue === undefined ? null : `${issue.path.join('.')} ${issue.message}`;
}

/** The first invalid schedule of a valid memory: a daemon could not start with it. */
function problemOfSchedules(memory: StoredMemory | null): string | null {
  for (const [index, { schedule }] of memory?.epochs?.entries() ?? []) {
    const problem = problemOfSchedule(schedule);
    if (problem !== null) return `epochs.${index}.schedule.${problem}`;
  }
  return null;
}

function problemOfSchedule(schedule: Schedule): string | null {
  if (schedule.kind !== 'cron') return null;
  const problem = cronProblem(schedule.expression);
  if (problem !== null) return `expression ${problem}`;
  return isTimezone(schedule.timezone) ? null : 'timezone must be a time zone such as "Europe/Berlin"';
}

/** Type guard: the schema describes the type. */
function isEpoch(value: unknown): value is Epoch {
  return epochSchema.safeParse(value).success;
}

/** Lets the store read the daemon's memory of a model. */
export const modelMemory: MemoryReading = {
  covered(memory) {
    const { firstSeen, settled } = healthFrom(readMemory(memory)?.health, 0);
    return { from: firstSeen, to: settled };
  },
  following(memory, earlier) {
    const [known, before] = [readMemory(memory), readMemory(earlier)];
    const { firstSeen } = healthFrom(before?.health, 0);
    const joint = healthFrom(known?.health, 0).firstSeen;
    const cost = costOfBoth(known?.cost ?? null, before?.cost ?? null);
    const breaks = [...(before?.breaks ?? []), ...(known?.breaks ?? [])];
    return {
      ...known,
      ...(cost !== null && { cost }),
      health: { ...known?.health, firstSeen },
      breaks: withBreak(breaks, { from: joint, to: joint + 1 }),
    };
  },
  breaks: (memory) => readMemory(memory)?.breaks ?? [],
  epoch: (settings) => (isEpoch(settings) && problemOfSchedule(settings.schedule) === null ? settings : null),
  problem: (memory) => problemOf(memorySchema, memory) ?? problemOfSchedules(readMemory(memory)),
  problemOfLatest: (latest) => problemOf(latestSchema, latest),
};
