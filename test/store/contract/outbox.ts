import { describe, expect, it } from '@jest/globals';
import { dayMs } from '../../../src/domain/period.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import type { StoredMessage } from '../../../src/store/outbox-port.js';
import { batchOf, counted, modelWrite, result, start } from '../samples.js';
import type { StoreKind } from './opener.js';

const notice = (at: number): Notice => ({
  ...{ kind: 'began', what: 'unhealthy', model: 'gpt', provider: 'openai', labels: { tier: 'gold' } },
  ...{ since: at, at, reason: 'timeout', blame: 'provider', detail: 'no answer \u0000 \ud800', failures: 2 },
});

const message = (id: string, changes: Partial<StoredMessage> = {}): StoredMessage => ({
  ...{ id, channel: 'team', thread: 't', state: 'pending', createdAt: start, attempts: 0, nextAt: start },
  ...{ endedAt: null, lastError: null, body: { text: 'down \u0000' } },
  ...changes,
});

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
      const channel = { name: 'team', readTo: 7, memory: { version: 1 } };
      await store.keepOutbox({ channels: [channel], messages: [message('a'), message('b')] });
      const sent = message('a', { state: 'sent', attempts: 2, endedAt: start + 5 });
      const failed = message('b', { attempts: 1, lastError: 'HTTP 500' });
      await store.keepOutbox({ channels: [{ ...channel, readTo: 8 }], messages: [sent, failed] });
      await store.close();
      const again = await where.open();
      expect(await again.channels()).toEqual([{ ...channel, readTo: 8 }]);
      expect(await again.messages({ limit: 10 })).toEqual([failed, sent]);
      expect(await again.messages({ limit: 1, oldestFirst: true })).toEqual([sent]);
      expect(await again.messages({ limit: 9, channel: 'team', states: ['pending'] })).toEqual([failed]);
      expect(await again.messages({ limit: 9, id: 'a' })).toEqual([sent]);
      expect(await again.messages({ limit: 9, channel: 'other' })).toEqual([]);
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
