import type { Database } from 'better-sqlite3';
import { horizonsOf } from '../../horizons.js';

/** The time before which data are deleted; it never goes back, even when retention is made longer. */
export function prepareHorizons(database: Database): () => ReturnType<typeof horizonsOf> {
  const all = database.prepare<[], [name: string, since: number]>('SELECT name, since FROM horizons').raw();
  return () => horizonsOf(all.all());
}

/** Moves horizons forward, before any deletion, so that no answer relies on deleted rows. */
export function prepareAdvance(database: Database): (limits: Readonly<Record<string, number>>) => void {
  const advance = database.prepare(`INSERT INTO horizons VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET since = max(since, excluded.since)`);
  const apply = database.transaction((limits: Readonly<Record<string, number>>) => {
    for (const [name, since] of Object.entries(limits)) advance.run(name, since);
  });
  return (limits) => apply.immediate(limits);
}
