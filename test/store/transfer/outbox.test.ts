import { describe, expect, it } from '@jest/globals';
import type { Notice } from '../../../src/domain/notify/notice.js';
import type { MessageChange } from '../../../src/store/outbox-port.js';
import type { StorePlace } from '../contract/opener.js';
import { postgresTransfers, sqliteTransfers, type TransferKind } from '../contract/transfer-kind.js';
import { withServer } from '../postgres/server.js';
import { batchOf, modelWrite, start } from '../samples.js';

const notice = (at: number): Notice => ({
  ...{ kind: 'began', what: 'unhealthy', model: 'gpt', provider: 'openai', labels: {}, since: at, at },
  ...{ reason: 'timeout', blame: 'provider', detail: 'none', failures: 2 },
});

const message = (id: string, changes: Partial<MessageChange> = {}): MessageChange => ({
  ...{ id, channel: 'team', thread: 't', state: 'pending', createdAt: start, attempts: 0, nextAt: start },
  ...{
    endedAt: null,
    lastError: null,
    body: { kind: 'problem', members: [{ model: id, detail: 'a \u0000 b' }] },
  },
  ...changes,
});
const memoryOf = (seed: string) => JSON.stringify({ version: 1, seed, byKey: { a: { members: {} } } });

const messages = [
  message('a', { attempts: 2, lastError: 'HTTP 500', nextAt: start + 7 }),
  message('b', { state: 'dead', attempts: 10, endedAt: start + 5, lastError: 'HTTP 500' }),
  message('c', { channel: 'slow', state: 'sent', attempts: 1, endedAt: start + 6 }),
];

/** A place with five notices, of which one channel has read three and the other one all, and with messages to both. */
async function filled(kind: TransferKind): Promise<{ where: StorePlace; text: string }> {
  const where = await kind.somewhere();
  const store = await where.open();
  const { key } = await store.register('gpt', start, null);
  const notices = Array.from({ length: 5 }, (_, index) => notice(start + index));
  await store.write(batchOf(modelWrite(key, { notices })));
  const stored = await store.notices(0, 10);
  await store.keepOutbox({
    channels: [
      { name: 'slow', readTo: stored.notices[2]!.id, memory: memoryOf('s') },
      { name: 'team', readTo: stored.newest, memory: memoryOf('t') },
    ],
    messages,
  });
  await store.close();
  return { where, text: await kind.exported(where) };
}

function movesOutbox(from: () => TransferKind, to: () => TransferKind): void {
  it('carries what channels know, what they have still to read, and all messages', async () => {
    const { text } = await filled(from());
    const target = await to().somewhere();
    await to().imported(target, text);
    // Once more: nothing is told twice.
    await to().imported(target, text);
    const store = await target.open();
    const channels = await store.channels();
    expect(channels.map(({ name, memory }) => [name, memory]).toSorted()).toEqual([
      ['slow', memoryOf('s')],
      ['team', memoryOf('t')],
    ]);
    const unread = async (name: string): Promise<number[]> => {
      const { readTo } = channels.find((channel) => channel.name === name)!;
      return (await store.notices(readTo, 10)).notices.map((each) => each.notice.at);
    };
    expect(await unread('slow')).toEqual([start + 3, start + 4]);
    expect(await unread('team')).toEqual([]);
    const found = await store.messages({ limit: 10 });
    expect(found.map((each) => ({ ...each, place: undefined }))).toEqual(messages.toReversed());
    await store.close();
  });

  it('leaves channels alone that the other store has', async () => {
    const { text } = await filled(from());
    const target = await to().somewhere();
    const store = await target.open();
    await store.keepOutbox({ channels: [{ name: 'own', readTo: 0, memory: memoryOf('o') }], messages: [] });
    await store.close();
    await to().imported(target, text);
    const again = await target.open();
    expect((await again.channels()).map(({ name }) => name)).toEqual(['own']);
    expect([await again.messages({ limit: 9 }), (await again.notices(0, 9)).notices]).toEqual([[], []]);
    await again.close();
  });
}

describe('a move from file to file', () => {
  const kind = sqliteTransfers();
  movesOutbox(
    () => kind,
    () => kind,
  );

  it('has none of it for some of the models', async () => {
    const { where } = await filled(kind);
    const text = await kind.exported(where, ['gpt']);
    expect(text).not.toMatch(/"type":"(?:notice|channel|message)"/);
  });

  it.each([
    ['memory', /"memory":\{"version":1,/, '"memory":{'],
    ['body', /"body":\{"kind":"problem",/, '"body":{'],
    ['state', /"state":"dead"/, '"state":"lost"'],
  ])('refuses a line with another %s', async (member, before, after) => {
    const { text } = await filled(kind);
    const target = await kind.somewhere();
    await expect(kind.imported(target, text.replace(before, after))).rejects.toThrow(`${member} is `);
  });
});

withServer('a move with PostgreSQL', (server) => {
  const [file, schema] = [sqliteTransfers(), postgresTransfers(server)];
  describe('to it', () =>
    movesOutbox(
      () => file,
      () => schema,
    ));
  describe('from it', () =>
    movesOutbox(
      () => schema,
      () => file,
    ));
});
