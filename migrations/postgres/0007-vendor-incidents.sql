-- oldest: 4
-- Incidents that vendors tell of on their status pages. Impacts are words of src/domain/vendor.ts; seen_at is the last reading of one
-- that lasts.
CREATE TABLE vendor_incident (
  page text NOT NULL,
  id text NOT NULL,
  title text NOT NULL,
  impact text NOT NULL,
  started_at bigint NOT NULL,
  resolved_at bigint,
  first_seen bigint NOT NULL,
  seen_at bigint NOT NULL,
  link text,
  PRIMARY KEY (page, id)
);

CREATE INDEX vendor_incident_by_start ON vendor_incident (started_at);
