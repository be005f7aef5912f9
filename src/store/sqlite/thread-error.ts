import { codeOf } from './failure.js';
import { StoreError, type StoreErrorKind } from '../store-error.js';

/** An error as it passes between threads, where classes and codes are lost. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a StoreError. */
  readonly kind: StoreErrorKind | null;
  /** Of SQLite or the system. */
  readonly code: string | null;
  readonly cause: PackedError | null;
}

export function packError(error: unknown): PackedError {
  const { name, message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  return {
    name,
    message,
    stack,
    kind: error instanceof StoreError ? error.kind : null,
    code: codeOf(error),
    cause: cause === undefined ? null : packError(cause),
  };
}

export function unpackError({ name, message, stack, kind, code, cause }: PackedError): Error {
  const options = cause === null ? {} : { cause: unpackError(cause) };
  const error = kind === null ? new Error(message, options) : new StoreError(kind, message, options);
  if (kind === null) Object.assign(error, { name, ...(code === null ? {} : { code }) });
  if (stack !== undefined) error.stack = stack;
  return error;
}
