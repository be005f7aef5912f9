-- Changes that channels may tell, written with the results that show them. No number is used twice, since channels know
-- how far they have read.
CREATE TABLE notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE INDEX notices_by_time ON notices (at);

-- What each channel was told, as JSON, and the last notice that it has read. Names only: addresses and keys are in the configuration.
CREATE TABLE channels (
  name TEXT PRIMARY KEY,
  read_to INTEGER NOT NULL,
  memory TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages to channels, kept for a while after their end. States are words of src/store/outbox-port.ts.
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  thread TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  ended_at INTEGER,
  last_error TEXT,
  body TEXT NOT NULL
) STRICT;

CREATE INDEX messages_waiting ON messages (channel, seq) WHERE ended_at IS NULL;
CREATE INDEX messages_ended ON messages (ended_at) WHERE ended_at IS NOT NULL;
