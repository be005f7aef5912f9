import { describe, expect, it } from '@jest/globals';
import { dayMs } from '../../../src/domain/period.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import type { MessageChange, StoredMessage } from '../../../src/store/outbox-port.js';
import { batchOf, counted, modelWrite, result, start } from '../samples.js';
import type { StoreKind } from './opener.js';

const notice = (at: number): Notice => ({
  ...{ kind: 'began', what: 'unhealthy', model: 'gpt', provider: 'openai', labels: { tier: 'gold' } },
  ...{ since: at, at, reason: 'timeout', blame: 'provider', detail: 'no answer \u0000 \ud800', failures: 2 },
});

const message = (id: string, changes: Partial<MessageChange> = {}): MessageChange => ({
  ...{ id, channel: 'team', thread: 't', state: 'pending', createdAt: start, attempts: 0, nextAt: start },
  ...{ endedAt: null, lastError: null, body: { text: 'down \u0000' } },
  ...changes,
});

/** A message as it is read, but its place, which the store gives. */
const read = (stored: MessageChange): object => ({ ...stored, place: expect.any(Number) as unknown });

export function outboxContract(place: StoreKind): void {
  describe('the outbox', () => {
    it('has the notices of a batch with its results, in the order of writing', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      for (const at of [start, start + 60_000]) {
        const write = modelWrite(key, counted([result(at)]));
        await store.write(batchOf({ ...write, notices: [notice(at), notice(at + 1)] }));
      }
      const { newest, notices } = await store.notices(0, 10);
      expect(notices.map((each) => each.notice)).toEqual(
        [start, start + 1, start + 60_000, start + 60_001].map(notice),
      );
      expect(newest).toBe(notices.at(-1)?.id);
      expect((await store.notices(notices[2]?.id ?? 0, 10)).notices).toEqual(notices.slice(3));
    });

    it('keeps what channels know, and messages to them', async () => {
      const where = await place.somewhere();
      const store = await where.open();
      const channel = { name: 'team', readTo: 7, memory: '{"version":1}' };
      await store.keepOutbox({ channels: [channel], messages: [message('a'), message('b')] });
      const sent = message('a', { state: 'sent', attempts: 2, endedAt: start + 5 });
      const failed = message('b', { attempts: 1, lastError: 'HTTP 500' });
      await store.keepOutbox({ channels: [{ ...channel, readTo: 8 }], messages: [sent, failed] });
      await store.close();
      const again = await where.open();
      expect(await again.channels()).toEqual([{ ...channel, readTo: 8 }]);
      expect(await again.messages({ limit: 10 })).toEqual([failed, sent].map(read));
      expect(await again.messages({ limit: 1 })).toEqual([failed].map(read));
      expect(await again.messages({ limit: 9, channel: 'team', states: ['pending'] })).toEqual(
        [failed].map(read),
      );
      expect(await again.messages({ limit: 9, id: 'a' })).toEqual([sent].map(read));
      expect(await again.messages({ limit: 9, channel: 'other' })).toEqual([]);
    });

    it('finds the messages that name a model, from a time on', async () => {
      const store = await place.fresh();
      const named = (model: string) => ({ body: { members: [{ model }, { model: 'other' }] } });
      const odd = 'a "b" \u0000 \ud800 %_';
      await store.keepOutbox({
        channels: [],
        messages: [
          message('before', { ...named(odd), state: 'sent', endedAt: start - 1 }),
          message('sent', { ...named(odd), state: 'sent', endedAt: start }),
          message('of another', { ...named('a'), state: 'sent', endedAt: start }),
          message('dead', { ...named(odd), state: 'dead', endedAt: start + 7 }),
          message('waits', named(odd)),
          message('elsewhere', { ...named(odd), channel: 'mail' }),
        ],
      });
      const ids = async (query: object) => {
        const asked = { about: { model: odd, from: start }, oldestFirst: true, limit: 9, ...query };
        return (await store.messages(asked)).map(({ id }) => id);
      };
      expect(await ids({})).toEqual(['sent', 'dead', 'waits', 'elsewhere']);
      expect(await ids({ channel: 'team', states: ['pending', 'dead'] })).toEqual(['dead', 'waits']);
      expect(await ids({ oldestFirst: false, limit: 1 })).toEqual(['elsewhere']);
      expect(await ids({ about: { model: 'b', from: 0 } })).toEqual([]);
    });

    it('changes a message without its body, or with another one, and adds none without one', async () => {
      const store = await place.fresh();
      await store.keepOutbox({ channels: [], messages: [message('a')] });
      const { body, ...head } = message('a', { attempts: 1, createdAt: start + 9 });
      await store.keepOutbox({ channels: [], messages: [head, { ...head, id: 'none' }] });
      expect(await store.messages({ limit: 9 })).toEqual([read({ ...head, body })]);
      await store.keepOutbox({ channels: [], messages: [{ ...head, body: { text: 'up' } }] });
      expect((await store.messages({ limit: 9 }))[0]?.body).toEqual({ text: 'up' });
    });

    it('lists failed messages in pages, however many others there are', async () => {
      const store = await place.fresh();
      const states = ['pending', 'dead', 'sent', 'superseded'] as const;
      const messages = Array.from({ length: 80 }, (_, index) => {
        const state = states[index % 4]!;
        const lastError = index % 4 === 2 || index % 8 < 4 ? null : 'HTTP 500';
        return message(`m${index}`, { state, lastError, endedAt: state === 'pending' ? null : start });
      });
      await store.keepOutbox({ channels: [], messages });
      const wanted = messages.filter(
        ({ state, lastError }) => lastError !== null && (state === 'pending' || state === 'dead'),
      );
      const found: StoredMessage[] = [];
      for (;;) {
        const before = found.at(-1)?.place;
        const page = await store.messages({
          limit: 7,
          failed: true,
          ...(before !== undefined && { before }),
        });
        found.push(...page);
        if (page.length < 7) break;
      }
      expect(found.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id).toReversed());
    });

    it('reads what waits without bodies: all in order by pages, or what is due', async () => {
      const store = await place.fresh();
      const waits = Array.from({ length: 5 }, (_, index) =>
        message(`w${index}`, { nextAt: start + (index % 2 === 0 ? 1_000 : -index) }),
      );
      const messages = [
        ...waits,
        message('sent', { state: 'sent', endedAt: start }),
        message('b', { channel: 'b' }),
      ];
      await store.keepOutbox({ channels: [], messages });
      const first = await store.waiting({ channel: 'team', where: { addedAfter: 0 }, limit: 3 });
      const rest = await store.waiting({
        channel: 'team',
        where: { addedAfter: first.at(-1)!.place },
        limit: 3,
      });
      expect([...first, ...rest].map(({ id }) => id)).toEqual(['w0', 'w1', 'w2', 'w3', 'w4']);
      expect(first[0]).toEqual(read({ ...waits[0]!, body: undefined }));
      const due = await store.waiting({ channel: 'team', where: { dueBy: start }, limit: 9 });
      expect(due.map(({ id }) => id)).toEqual(['w1', 'w3']);
      expect(await store.waitingChannels()).toEqual(['b', 'team']);
    });

    it('forgets after 30 days what is told, and never what is pending', async () => {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      const write = modelWrite(key, counted([result(start)]));
      await store.write(batchOf({ ...write, notices: [notice(start), notice(start + 20 * dayMs)] }));
      const sent = message('a', { state: 'sent', endedAt: start });
      await store.keepOutbox({ channels: [], messages: [sent, message('b')] });
      while (await store.prune(start + 32 * dayMs));
      const { newest, notices } = await store.notices(0, 10);
      expect(notices.map(({ notice: { at } }) => at)).toEqual([start + 20 * dayMs]);
      expect(newest).toBe(notices[0]?.id);
      expect((await store.messages({ limit: 9 })).map(({ id }) => id)).toEqual(['b']);
    });
  });
}
