/**
 * Kinds of store failure: `newer`, `older`, `foreign`: the file is of another version, or of another program;
 * `missing`: no file to read; `locked`: another daemon writes it; `damaged`: its content is corrupt; `unknown_model`:
 * no model has that key; `unavailable`: the system refused (full disk, permission, I/O), which may pass; `displaced`: a
 * volume with another history was mounted over the folder, and only a restart reads it.
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
  | 'displaced';

/** A failure of the store, with a message for operators that needs no stack trace. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly kind: StoreErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
