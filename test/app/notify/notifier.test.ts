import { afterEach, expect, it, jest } from '@jest/globals';
import type { Logger } from 'pino';
import { startNotifier } from '../../../src/app/notify/notifier.js';
import { notificationsOf } from '../../../src/config/notifications.js';
import { notificationsSchema } from '../../../src/config/schema/notifications-schema.js';
import { systemClock } from '../../../src/domain/clock.js';
import type { Message } from '../../../src/domain/notify/message.js';
import type { Notice, StoredNotice } from '../../../src/domain/notify/notice.js';
import type {
  MessageChange,
  MessageQuery,
  OutboxChange,
  WaitingQuery,
} from '../../../src/store/outbox-port.js';
import type { Store } from '../../../src/store/port.js';
import { spell } from '../../domain/notify/notices.js';

afterEach(() => {
  jest.useRealTimers();
});

const settings = notificationsOf(
  notificationsSchema.parse({
    channels: { team: { slack: { url: 'http://127.0.0.1:1/' } } },
    group: { wait: '0s' },
  }),
);

/** A notifier on a store in memory, whose receiver answers 410; time is that of the test. */
async function start(
  keepOutbox: (change: OutboxChange) => Promise<void>,
  lasting: () => readonly Notice[] | null = () => [],
) {
  jest.useFakeTimers({ now: Date.now() });
  const errors: string[] = [];
  const nothing = (): undefined => undefined;
  const log = { error: (_: object, text: string) => errors.push(text), warn: nothing, debug: nothing };
  const notices: StoredNotice[] = [];
  const messages = new Map<string, MessageChange>();
  let refreshes = 0;
  const store = {
    channels: () => Promise.resolve([]),
    messages: ({ id }: MessageQuery) => Promise.resolve(messages.has(id!) ? [messages.get(id!)] : []),
    waiting({ where }: WaitingQuery) {
      if ('dueBy' in where) refreshes += 1;
      return Promise.resolve([]);
    },
    waitingChannels: () => Promise.resolve([]),
    notices: (after: number) =>
      Promise.resolve({ newest: notices.length, notices: notices.filter(({ id }) => id > after) }),
    keepOutbox: async (change: OutboxChange) => {
      await keepOutbox(change);
      for (const message of change.messages)
        messages.set(message.id, { ...messages.get(message.id), ...message });
    },
  };
  const gone = { kind: 'failed', error: 'HTTP 410', retryAfterMs: null, gone: true } as const;
  const notifier = await startNotifier({
    store: store as unknown as Store,
    clock: { ...systemClock, wall: () => Date.now() },
    log: log as unknown as Logger,
    settings: () => settings,
    present: {
      isKnown: () => true,
      renamed: () => null,
      endOf: () => null,
      lastingOf: () => null,
      isResting: () => false,
    },
    lasting,
    isAlive: () => true,
    deliver: { deliver: () => Promise.resolve(gone), beat: () => Promise.resolve(null), close: nothing },
    fences: null,
    isRemoved: () => Promise.resolve(true),
  });
  return {
    errors,
    refreshes: () => refreshes,
    add(model: string) {
      const [notice] = spell(model, 0, null, { provider: model });
      notices.push({ id: notices.length + 1, notice: { ...notice!, since: Date.now(), at: Date.now() } });
    },
    async stop() {
      const stopped = notifier.stop();
      await jest.advanceTimersByTimeAsync(2_000);
      await stopped;
    },
  };
}

it('a store that cannot be written is one line of the log, not one each second', async () => {
  const notifier = await start(() => Promise.reject(new Error('disk full')));
  notifier.add('a');
  await jest.advanceTimersByTimeAsync(10_000);
  expect(notifier.errors).toHaveLength(1);
  await notifier.stop();
});

it('messages to a channel that wants nothing more are stored nevertheless', async () => {
  const kept: string[] = [];
  const notifier = await start(({ messages }) => {
    for (const { id, attempts } of messages) kept.push(`${id.split('-').at(-1)} ${attempts}`);
    return Promise.resolve();
  });
  notifier.add('a');
  await jest.advanceTimersByTimeAsync(3_000);
  notifier.add('b');
  await jest.advanceTimersByTimeAsync(3_000);
  expect(kept).toEqual(['1 0', '1 1', '2 0']);
  await notifier.stop();
});

it('what somebody made pending is found although the clock was set back by a day', async () => {
  const notifier = await start(() => Promise.resolve());
  await jest.advanceTimersByTimeAsync(15_000);
  const before = notifier.refreshes();
  jest.setSystemTime(Date.now() - 24 * 3_600_000);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(notifier.refreshes()).toBe(before + 1);
  await notifier.stop();
});

it('tells a new channel once what lasts, as soon as that is known', async () => {
  const kept: string[] = [];
  let known: Notice[] | null = null;
  const keep = ({ messages }: OutboxChange): Promise<void> => {
    for (const { body } of messages) if (body !== undefined) kept.push((body as Message).members[0]!.model);
    return Promise.resolve();
  };
  const notifier = await start(keep, () => known);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(kept).toEqual([]);
  known = spell('old', 0, null, { provider: 'old' });
  await jest.advanceTimersByTimeAsync(3_000);
  notifier.add('new');
  await jest.advanceTimersByTimeAsync(20_000);
  expect(kept).toEqual(['old', 'new']);
  await notifier.stop();
});
