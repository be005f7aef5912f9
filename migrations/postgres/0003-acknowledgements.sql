-- Who cares for an incident, and until when: at most one for each, which a later one replaces.
CREATE TABLE acknowledgement (
  incident bigint PRIMARY KEY REFERENCES incident ON DELETE CASCADE,
  at bigint NOT NULL,
  author text NOT NULL,
  note text,
  ends bigint
);
