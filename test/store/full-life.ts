import { newChannelMemory } from '../../src/domain/notify/memory.js';
import type { Message } from '../../src/domain/notify/message.js';
import type { MessageChange } from '../../src/store/outbox-port.js';
import type { Store } from '../../src/store/port.js';
import { modelNamed, type Parts } from '../app/parts.js';

const minute = 60_000;
const broken = { outcome: 'unhealthy', reason: 'server_error', httpStatus: 500, response: null } as const;

/** A message that was given up. */
function deadMessage(began: number): MessageChange {
  const told = { id: 'd50838d669ec0abc-1', thread: 'd50838d669ec0abc-g1', channel: 'team' };
  const body: Message = {
    ...{ ...told, kind: 'resolved', at: began, since: began, group: { provider: 'openai' } },
    ...{ open: 0, ended: 1, members: [], more: 1, heldBack: {} },
  };
  return {
    ...{
      ...told,
      state: 'dead',
      createdAt: began,
      attempts: 10,
      nextAt: began,
      endedAt: began + 79 * minute,
    },
    ...{ lastError: 'HTTP 500', body },
  };
}

/** Leads two models through eighty minutes in which there is something of every kind; `gpt` ends it in an open incident. */
export async function fullLife(store: Store, parts: Parts, begins: number): Promise<void> {
  const { roster, windows, recorder, writer, clock } = parts;
  clock.now = begins;
  const { added } = await roster.replace([modelNamed('gpt'), modelNamed('other')], begins);
  const rule = {
    kind: 'recurring' as const,
    cron: '40 0 * * *',
    timezone: 'UTC',
    durationMs: 5 * minute,
    models: ['gpt'],
    reason: null,
  };
  windows.replace([rule], begins, added);
  const at = (minutes: number): number => begins + minutes * minute;
  for (let n = 1; n < 70; n += 1) {
    await parts.record('gpt', at(n), n > 60 && n < 64 ? { ...broken, detail: 'boom \u009b31m \u202e' } : {});
  }
  await parts.record('other', at(5), {
    outcome: 'degraded',
    reason: 'slow',
    durationMs: 9_876,
    firstTokenMs: 7,
    speed: { firstTextMs: 90, firstReasoningMs: 7, contentMs: 9_000, gapMs: 4_000 },
    usage: { inputTokens: 12, outputTokens: 40 },
  });
  recorder.miss(roster.get('gpt')!, { lastSlot: at(71), unwatched: at(70) }, 'down', 2);
  const { key } = roster.get('gpt')!.view;
  await store.exclude(key, { from: at(10), to: at(20), reason: 'agreed', createdAt: at(70) });
  await roster.replace([modelNamed('gpt', { timeoutMs: 12_000 }), modelNamed('other')], at(72));
  parts.tellAll();
  for (let n = 73; n < 80; n += 1) await parts.record('gpt', at(n), { ...broken, detail: 'again' });
  await writer.flush();
  const [open] = await store.incidents({ open: true, limit: 1 });
  await store.addNote(open!.id, { at: at(79), author: null, text: 'we look into it' });
  await store.acknowledge(open!.id, {
    acknowledgement: { at: at(79), by: 'Ada', note: null, until: at(200) },
    notice: {
      ...{ kind: 'acknowledged', what: 'unhealthy', model: 'gpt', provider: 'openai', labels: {} },
      ...{
        since: open!.openedAt,
        at: at(79),
        reason: open!.reason,
        blame: open!.blame,
        detail: null,
        failures: 1,
      },
    },
  });
  const { newest } = await store.notices(0, 1);
  const channel = {
    name: 'team',
    readTo: newest - 1,
    memory: JSON.stringify(newChannelMemory('d50838d669ec0abc')),
  };
  await store.keepOutbox({ channels: [channel], messages: [deadMessage(at(0))] });
  await store.keepVendorIncidents([
    {
      ...{ page: 'openai', id: '01JMXBRMFE', title: 'Elevated error rates', impact: 'major' },
      ...{ startedAt: at(78), resolvedAt: null, firstSeen: at(79), seenAt: at(80) },
      link: 'https://status.openai.com/incidents/01JMXBRMFE',
    },
  ]);
  await store.prune(at(80));
}
