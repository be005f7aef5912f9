-- Who cares for an incident, and until when: at most one for each, which a later one replaces.
CREATE TABLE acknowledgements (
  incident INTEGER PRIMARY KEY REFERENCES incidents ON DELETE CASCADE,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  note TEXT,
  ends INTEGER
) STRICT;
