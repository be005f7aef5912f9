import type { Database } from 'better-sqlite3';
import type { Exclusion } from '../../../domain/exclusion.js';
import type { Note } from '../../../domain/incident.js';
import type { Interval } from '../../../domain/state.js';
import type { ModelKey, StoredExclusion } from '../../port.js';

const exclusionColumns = 'id, starts AS "from", ends AS "to", reason, created_at AS createdAt';

/** Reads notes and exclusions. */
export function prepareAnnotations(database: Database) {
  const notes = database.prepare<[number], Note>(
    'SELECT at, author, text FROM notes WHERE incident = ? ORDER BY id',
  );
  const overlapping = database.prepare<[number, number, number], Exclusion>(
    `SELECT ${exclusionColumns} FROM exclusions WHERE model = ? AND starts < ? AND ends > ? ORDER BY starts, id`,
  );
  const all = database.prepare<[], StoredExclusion>(
    `SELECT model AS key, ${exclusionColumns} FROM exclusions ORDER BY starts, id`,
  );
  return {
    notesOf: (incident: number): Note[] => notes.all(incident),
    exclusionsOf: (key: ModelKey, { from, to }: Interval): Exclusion[] => overlapping.all(key, to, from),
    exclusions: (): StoredExclusion[] => all.all(),
  };
}

/** Writes notes and exclusions. */
export function prepareAnnotating(database: Database) {
  const note = database.prepare(
    'INSERT INTO notes (incident, at, author, text) SELECT id, ?, ?, ? FROM incidents WHERE id = ?',
  );
  const exclude = database.prepare(
    'INSERT INTO exclusions (model, starts, ends, reason, created_at) VALUES (?, ?, ?, ?, ?)',
  );
  const include = database.prepare('DELETE FROM exclusions WHERE model = ? AND id = ?');
  return {
    /** False when no incident has this id. */
    addNote: (incident: number, { at, author, text }: Note): boolean =>
      note.run(at, author, text, incident).changes > 0,
    exclude(key: ModelKey, exclusion: Omit<Exclusion, 'id'>): Exclusion {
      const { from, to, reason, createdAt } = exclusion;
      const { lastInsertRowid } = exclude.run(key, from, to, reason, createdAt);
      return { id: Number(lastInsertRowid), ...exclusion };
    },
    include: (key: ModelKey, id: number): boolean => include.run(key, id).changes > 0,
  };
}
