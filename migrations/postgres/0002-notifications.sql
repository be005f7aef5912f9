-- Changes that channels may tell, written with the results that show them. Writers take turns, so that ids grow in the
-- order of commits: channels know how far they have read.
CREATE TABLE notice (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  body text NOT NULL
);

CREATE INDEX notice_by_time ON notice (at);

-- What each channel was told, as JSON, and the last notice that it has read. Names only: addresses and keys are in the configuration.
CREATE TABLE channel (
  name text PRIMARY KEY,
  read_to bigint NOT NULL,
  memory text NOT NULL
);

-- Messages to channels, kept for a while after their end. States are words of src/store/outbox-port.ts.
CREATE TABLE message (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  channel text NOT NULL,
  thread text NOT NULL,
  state text NOT NULL,
  created_at bigint NOT NULL,
  attempts bigint NOT NULL,
  next_at bigint NOT NULL,
  ended_at bigint,
  last_error text,
  body text NOT NULL
);

CREATE INDEX message_waiting ON message (channel, seq) WHERE ended_at IS NULL;
CREATE INDEX message_ended ON message (ended_at) WHERE ended_at IS NOT NULL;
