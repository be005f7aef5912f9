-- What people add to what was seen.
CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  incident INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE,
  at INTEGER NOT NULL,
  author TEXT,
  text TEXT NOT NULL
) STRICT;

CREATE INDEX notes_of_incident ON notes (incident);

-- Time that counts as maintenance, whatever was seen then.
CREATE TABLE exclusions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX exclusions_of_model ON exclusions (model, starts);
