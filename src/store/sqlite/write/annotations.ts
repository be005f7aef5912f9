import type { Database } from 'better-sqlite3';
import type { Exclusion } from '../../../domain/exclusion.js';
import type { Note } from '../../../domain/incident.js';
import type { Interval } from '../../../domain/state.js';
import type { ModelKey, StoredPeriod } from '../../port.js';

const exclusionColumns = 'id, starts AS "from", ends AS "to", reason, created_at AS createdAt';

/** Exclusions in a page: about 1 MB, read in a few ms. */
const pagePeriods = 5_000;

/** Reads notes and exclusions. */
export function prepareAnnotations(database: Database) {
  const notes = database.prepare<[number], Note>(
    'SELECT at, author, text FROM notes WHERE incident = ? ORDER BY id',
  );
  const overlapping = database.prepare<[number, number, number], Exclusion>(
    `SELECT ${exclusionColumns} FROM exclusions WHERE model = ? AND starts < ? AND ends > ? ORDER BY starts, id`,
  );
  const ofModel = database.prepare<[ModelKey], Exclusion>(
    `SELECT ${exclusionColumns} FROM exclusions WHERE model = ? ORDER BY starts, id`,
  );
  const periods = database.prepare<[number], StoredPeriod>(
    `SELECT model AS key, id, starts AS "from", ends AS "to", created_at AS createdAt FROM exclusions
      WHERE id > ? ORDER BY id LIMIT ${pagePeriods}`,
  );
  return {
    notesOf: (incident: number): Note[] => notes.all(incident),
    exclusionsOf: (key: ModelKey, { from, to }: Interval): Exclusion[] => overlapping.all(key, to, from),
    exclusions: (key: ModelKey): Exclusion[] => ofModel.all(key),
    excludedPeriods: (after: number): StoredPeriod[] => periods.all(after),
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
      return { from, to, reason, createdAt, id: Number(lastInsertRowid) };
    },
    include: (key: ModelKey, id: number): boolean => include.run(key, id).changes > 0,
  };
}
