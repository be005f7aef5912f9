import type { Memory } from '../app/tracked.js';
import { issueMessage } from '../config/issue-message.js';
import type { MemoryReading } from '../store/model-memory.js';
import { latestSchema, memorySchema } from '../wire/memory.js';

/** Where the first thing is that is wrong, and what it must be. */
function problemOf(schema: typeof memorySchema | typeof latestSchema, value: object): string | null {
  const [issue] = schema.safeParse(value, { error: issueMessage }).error?.issues ?? [];
  return issue === undefined ? null : `${issue.path.join('.')} ${issue.message}`;
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
  problem: (memory) => problemOf(memorySchema, memory),
  problemOfLatest: (latest) => problemOf(latestSchema, latest),
};
