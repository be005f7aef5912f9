import type { Store } from '../../src/store/port.js';
import { modelNamed, type Parts } from '../app/parts.js';

const minute = 60_000;
const broken = { outcome: 'unhealthy', reason: 'server_error', httpStatus: 500, response: null } as const;

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
  });
  recorder.miss(roster.get('gpt')!, { lastSlot: at(71), unwatched: at(70) }, 'down', 2);
  const { key } = roster.get('gpt')!.view;
  await store.exclude(key, { from: at(10), to: at(20), reason: 'agreed', createdAt: at(70) });
  await roster.replace([modelNamed('gpt', { timeoutMs: 12_000 }), modelNamed('other')], at(72));
  for (let n = 73; n < 80; n += 1) await parts.record('gpt', at(n), { ...broken, detail: 'again' });
  await writer.flush();
  const [open] = await store.incidents({ open: true, limit: 1 });
  await store.addNote(open!.id, { at: at(79), author: null, text: 'we look into it' });
  await store.prune(at(80));
}
