import type { Database } from 'better-sqlite3';
import type { Exclusion } from '../../../domain/exclusion.js';
import { isSameAcknowledgement, type Note } from '../../../domain/incident.js';
import type { Interval } from '../../../domain/state.js';
import { acknowledgementColumns, acknowledgementOf } from '../../rows/incident-row.js';
import type { AcknowledgementChange, ModelKey, StoredAcknowledgement, StoredPeriod } from '../../port.js';

const exclusionColumns = 'id, starts AS "from", ends AS "to", reason, created_at AS createdAt';

type AcknowledgementRow = Parameters<typeof acknowledgementOf>[0] & { readonly open: number };

/** Exclusions in a page: about 1 MB, read in a few ms. */
const pagePeriods = 5_000;

/** Reads what people add to what was seen. */
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
  // The index of ends finds the open ones.
  const acknowledged = database.prepare<[], StoredAcknowledgement>(
    `SELECT incidents.model AS key, incident, opened_at AS openedAt, at, author AS "by", note, ends AS until
      FROM incidents CROSS JOIN acknowledgements ON incident = incidents.id WHERE closed_at IS NULL`,
  );
  return {
    acknowledged: (): StoredAcknowledgement[] => acknowledged.all(),
    notesOf: (incident: number): Note[] => notes.all(incident),
    exclusionsOf: (key: ModelKey, { from, to }: Interval): Exclusion[] => overlapping.all(key, to, from),
    exclusions: (key: ModelKey): Exclusion[] => ofModel.all(key),
    excludedPeriods: (after: number): StoredPeriod[] => periods.all(after),
  };
}

/** Writes acknowledgements, each with what is to be told of it; prepared with the first one. */
function prepareAcknowledging(database: Database) {
  const known = database.prepare<[number], AcknowledgementRow>(
    `SELECT coalesce(closed_at, retired_at) IS NULL AS open, ${acknowledgementColumns('acknowledgements')}
      FROM incidents CROSS JOIN models ON models.key = incidents.model
      LEFT JOIN acknowledgements ON incident = incidents.id WHERE incidents.id = ?`,
  );
  const keep = database.prepare(
    'INSERT OR REPLACE INTO acknowledgements (incident, at, author, note, ends) VALUES (?, ?, ?, ?, ?)',
  );
  const takeBack = database.prepare('DELETE FROM acknowledgements WHERE incident = ?');
  const addNotice = database.prepare('INSERT INTO notices (at, body) VALUES (?, ?)');
  return database.transaction((incident: number, to: AcknowledgementChange): boolean | null => {
    const row = known.get(incident);
    if (row === undefined) return null;
    const { acknowledgement: next, notice } = to;
    if (row.open === 0 || isSameAcknowledgement(acknowledgementOf(row), next)) return false;
    if (next === null) takeBack.run(incident);
    else keep.run(incident, next.at, next.by, next.note, next.until);
    addNotice.run(notice.at, JSON.stringify(notice));
    return true;
  });
}

/** Writes what people add to what was seen. */
export function prepareAnnotating(database: Database) {
  const note = database.prepare(
    'INSERT INTO notes (incident, at, author, text) SELECT id, ?, ?, ? FROM incidents WHERE id = ?',
  );
  const exclude = database.prepare(
    'INSERT INTO exclusions (model, starts, ends, reason, created_at) VALUES (?, ?, ?, ?, ?)',
  );
  const include = database.prepare('DELETE FROM exclusions WHERE model = ? AND id = ?');
  let acknowledging: ReturnType<typeof prepareAcknowledging> | null = null;
  return {
    /** Whether something changed; null when no incident has this id. */
    acknowledge: (incident: number, to: AcknowledgementChange): boolean | null =>
      (acknowledging ??= prepareAcknowledging(database)).immediate(incident, to),
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
