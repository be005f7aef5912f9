-- What only this database knows, such as the key of the ids on public pages. It is in no export.
CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
