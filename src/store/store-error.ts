/**
 * Kinds of store failure: `newer`, `older`, `foreign`: the file is of another version, or of another program;
 * `missing`: no file to read; `locked`: another daemon writes it; `damaged`: its content is corrupt; `unknown_model`:
 * no model has that key; `unavailable`: the system refused (full disk, permission, I/O), which may pass; `displaced`: a
 * volume with another history was mounted over the folder, and only a restart reads it; `fenced`: another instance has
 * taken over models of the write, which is given up.
 */
export type StoreErrorKind =
  | 'newer'
  | 'older'
  | 'foreign'
  | 'missing'
  | 'locked'
  | 'damaged'
  | 'unknown_model'
  | 'unavailable'
  | 'displaced'
  | 'fenced';

/** A failure of the store, with a message for operators that needs no stack trace. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';

  constructor(
    readonly kind: StoreErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A write with a fence that is no longer that of its shard; nothing of it was written. */
export class FencedError extends StoreError {
  override readonly name: string = 'FencedError';

  /** `shards` are those whose fence differs. */
  constructor(readonly shards: readonly number[]) {
    super('fenced', `another instance has taken over the shards ${shards.join(', ')}: nothing was written`);
  }
}
