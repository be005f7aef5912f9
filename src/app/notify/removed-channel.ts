import type { Clock } from '../../domain/clock.js';
import { highest } from '../../domain/list.js';
import { generationNumber, type Fleet } from '../../store/fleet-port.js';

/** Kind of the question whether an instance has a channel. */
const question = 'has_channel';
const patienceMs = 2_000;
/** ms for which a channel must be missing: the instance with the newest configuration may just restart. */
const missingMs = 60_000;

/** What an instance tells and asks the others about channels. */
export interface SharedChannels {
  /** True once no instance with the newest configuration has had the channel for a minute; false also where one does not say. */
  isRemoved(channel: string): Promise<boolean>;
}

export function shareChannels(parts: {
  fleet: Pick<Fleet, 'id' | 'bus' | 'instances'>;
  clock: Pick<Clock, 'monotonic'>;
  has: (channel: string) => boolean;
  generation: () => number | null;
}): SharedChannels {
  const { fleet, clock, has } = parts;
  const missingSince = new Map<string, number>();
  fleet.bus.subscribe(question, (channel) => typeof channel === 'string' && has(channel));

  async function isMissing(channel: string): Promise<boolean> {
    if (has(channel)) return false;
    const live = await fleet.instances();
    const others = live.filter(({ id }) => id !== fleet.id);
    const newest = highest([{ generation: parts.generation() }, ...others].map(generationNumber));
    const asked = others
      .filter((other) => generationNumber(other) === newest)
      .map((other) => fleet.bus.ask(other.id, question, channel, patienceMs).catch(() => null));
    return (await Promise.all(asked)).every((answer) => answer === false);
  }

  return {
    async isRemoved(channel) {
      if (!(await isMissing(channel))) {
        missingSince.delete(channel);
        return false;
      }
      const since = missingSince.get(channel) ?? clock.monotonic();
      missingSince.set(channel, since);
      return clock.monotonic() - since >= missingMs;
    },
  };
}
