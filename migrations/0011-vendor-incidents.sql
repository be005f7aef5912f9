-- Incidents that vendors tell of on their status pages. Impacts are words of src/domain/vendor.ts; seen_at is the last reading of one
-- that lasts.
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
