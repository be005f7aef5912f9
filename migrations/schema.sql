-- What the migrations amount to; compared in a test.
CREATE TABLE models (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  first_seen INTEGER NOT NULL,
  retired_at INTEGER,
  watermark INTEGER,
  last_success INTEGER,
  input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  version_changes INTEGER NOT NULL DEFAULT 0,
  health TEXT,
  -- The newest result whole, as JSON.
  latest TEXT
) STRICT;

CREATE TABLE checks (
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  slot INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  -- Kind of check, plus 4 inside maintenance.
  flags INTEGER NOT NULL,
  -- ms from the slot to the start of the attempt.
  delay INTEGER NOT NULL,
  duration INTEGER,
  first_token INTEGER,
  -- HTTP status less 200.
  http INTEGER,
  input_tokens INTEGER,
  output_tokens INTEGER,
  key_index INTEGER, speed BLOB, cost INTEGER,
  PRIMARY KEY (model, slot)
) STRICT, WITHOUT ROWID;

CREATE INDEX checks_not_healthy ON checks (model, outcome, slot) WHERE outcome <> 0;

CREATE TABLE details (
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  slot INTEGER NOT NULL,
  detail TEXT,
  response TEXT,
  response_model TEXT,
  phases TEXT,
  PRIMARY KEY (model, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE states (
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  starts INTEGER NOT NULL,
  state INTEGER NOT NULL,
  reason INTEGER,
  PRIMARY KEY (model, starts)
) STRICT, WITHOUT ROWID;

CREATE TABLE incidents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  reason INTEGER NOT NULL,
  blame INTEGER,
  checks_failed INTEGER NOT NULL,
  last_detail TEXT,
  UNIQUE (model, opened_at)
) STRICT;

CREATE INDEX incidents_closed ON incidents (closed_at);

CREATE TABLE maintenance (
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  PRIMARY KEY (model, starts)
) STRICT, WITHOUT ROWID;

CREATE TABLE epochs (
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  starts INTEGER NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (model, starts)
) STRICT, WITHOUT ROWID;

CREATE TABLE gaps (
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  slot INTEGER NOT NULL,
  PRIMARY KEY (model, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE hours (
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  span INTEGER NOT NULL,
  healthy_ms INTEGER NOT NULL,
  degraded_ms INTEGER NOT NULL,
  unhealthy_ms INTEGER NOT NULL,
  unknown_ms INTEGER NOT NULL,
  maintenance_ms INTEGER NOT NULL,
  healthy INTEGER NOT NULL,
  degraded INTEGER NOT NULL,
  unhealthy INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  provider INTEGER NOT NULL,
  account INTEGER NOT NULL,
  config INTEGER NOT NULL,
  network INTEGER NOT NULL,
  monitor INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  -- Histogram: pairs of varints, step to the next bucket and its count.
  latency BLOB, speed BLOB, cost INTEGER,
  PRIMARY KEY (model, span)
) STRICT, WITHOUT ROWID;

CREATE TABLE days (
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  span INTEGER NOT NULL,
  healthy_ms INTEGER NOT NULL,
  degraded_ms INTEGER NOT NULL,
  unhealthy_ms INTEGER NOT NULL,
  unknown_ms INTEGER NOT NULL,
  maintenance_ms INTEGER NOT NULL,
  healthy INTEGER NOT NULL,
  degraded INTEGER NOT NULL,
  unhealthy INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  provider INTEGER NOT NULL,
  account INTEGER NOT NULL,
  config INTEGER NOT NULL,
  network INTEGER NOT NULL,
  monitor INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  latency BLOB, speed BLOB, cost INTEGER,
  PRIMARY KEY (model, span)
) STRICT, WITHOUT ROWID;

CREATE TABLE totals (
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  outcome INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (model, outcome, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE missed (
  cause TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE horizons (
  name TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  incident INTEGER NOT NULL REFERENCES incidents ON DELETE CASCADE,
  at INTEGER NOT NULL,
  author TEXT,
  text TEXT NOT NULL
) STRICT;

CREATE INDEX notes_of_incident ON notes (incident);

CREATE TABLE exclusions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model INTEGER NOT NULL REFERENCES models ON DELETE CASCADE,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX exclusions_of_model ON exclusions (model, starts);

CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX incidents_opened ON incidents (opened_at);

CREATE TABLE notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE INDEX notices_by_time ON notices (at);

CREATE TABLE channels (
  name TEXT PRIMARY KEY,
  read_to INTEGER NOT NULL,
  memory TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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

CREATE TABLE acknowledgements (
  incident INTEGER PRIMARY KEY REFERENCES incidents ON DELETE CASCADE,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  note TEXT,
  ends INTEGER
) STRICT;

CREATE INDEX messages_due ON messages (channel, next_at) WHERE ended_at IS NULL;

CREATE INDEX messages_failed ON messages (seq) WHERE last_error IS NOT NULL AND state IN ('pending', 'dead');

CREATE TABLE vendor_incidents (
  page TEXT NOT NULL,
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  impact TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  resolved_at INTEGER,
  first_seen INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  link TEXT,
  PRIMARY KEY (page, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX vendor_incidents_by_start ON vendor_incidents (started_at);
