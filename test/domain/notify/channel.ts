import {
  newChannelMemory,
  withEnd,
  withFailure,
  withGivenUp,
  type ChannelMemory,
} from '../../../src/domain/notify/memory.js';
import type { Message } from '../../../src/domain/notify/message.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import type { Planned } from '../../../src/domain/notify/compose.js';
import { plan } from '../../../src/domain/notify/plan.js';
import { policyOf, start } from './notices.js';

/** A channel that is told step by step; times are ms after the start. */
export function createChannel(policy = policyOf()) {
  let memory: ChannelMemory = newChannelMemory('seed');
  let newest = 0;
  const heldBack: Record<string, number> = {};
  const look = (
    at: number,
    notices: readonly Notice[] = [],
    isKnown: (model: string) => boolean = () => true,
    renamed: (model: string) => string | null = () => null,
    endOf: () => number | null = () => null,
    lastingOf: (model: string, since: number) => readonly Notice[] | null = () => null,
  ): readonly Planned[] => {
    const stored = notices.map((notice) => ({ id: (newest += 1), notice }));
    const planned = plan(memory, stored, {
      channel: 'team',
      policy,
      now: start + at,
      isKnown,
      renamed,
      endOf,
      lastingOf,
    });
    ({ memory } = planned);
    for (const [cause, count] of Object.entries(planned.heldBack))
      heldBack[cause] = (heldBack[cause] ?? 0) + count;
    return planned.messages;
  };
  return {
    ...{ look, heldBack },
    memory: () => memory,
    failed(id: string) {
      memory = withFailure(memory, id);
    },
    gaveUp(id: string) {
      memory = withGivenUp(memory, id);
    },
    /** Ids of messages that are not delivered yet. */
    flying: () => Object.values(memory.byKey).flatMap(({ flight }) => flight?.id ?? []),
    /** Looks, and each message is delivered. */
    tell(...asked: Parameters<typeof look>): Message[] {
      const messages = look(...asked).map(({ message }) => message);
      for (const { id } of messages) memory = withEnd(memory, id);
      return messages;
    },
  };
}

/** Another version that answers. */
export const versionChange = (at: number): Notice => ({
  ...{ kind: 'happened', what: 'version', model: 'm', provider: 'openai', labels: {} },
  ...{ since: start + at, at: start + at, reason: null, blame: null, detail: 'another', failures: null },
});
