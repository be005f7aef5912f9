import { messageOf, systemCodeOf } from '../../domain/thrown.js';
import { StoreError } from '../store-error.js';

const untrusted =
  'no authority that is trusted has signed its certificate: sslrootcert in "storage.url" must name the file of the one that has';

/** What PostgreSQL's codes and those of the system mean, by their beginning; the first one counts. */
const meanings: readonly (readonly [code: string, meaning: string])[] = [
  ['28', 'it refuses the user: check the name and the password, and pg_hba.conf of the server'],
  ['3D000', 'there is no such database: create it'],
  ['3F000', 'there is no such schema: create it, or let the user create it'],
  ['53300', 'it has no free connection: raise max_connections, or end other programs that hold some'],
  ['53100', 'its disk is full: free space there'],
  ['53', 'it lacks memory or other resources'],
  ['57014', 'a statement took longer than the limit and was ended; the server or its disk is slow'],
  ['57P01', 'the server or its operator ended the connection'],
  ['57P02', 'the server crashed, and recovers'],
  ['57P03', 'the server starts or stops, and accepts no connection yet'],
  ['57P05', 'the server ended the connection, which was idle for too long'],
  ['25P03', 'the server ended the connection, which was idle for too long'],
  ['25006', 'it is read-only: a standby, or default_transaction_read_only is set; name the primary'],
  ['55P03', 'another program holds a lock on a table'],
  ['40', 'another transaction was in the way; it is tried again'],
  ['42501', 'the user has no right to do that: make it the owner of the schema'],
  ['42P01', 'a table is missing: the schema was dropped, or is another one; restart creates it'],
  ['58', 'the server cannot read or write its files'],
  ['08', 'the connection broke'],
  ['ECONNREFUSED', 'no server listens there'],
  ['ENOENT', 'no server listens on that socket'],
  ['EACCES', 'the socket of the server is not accessible'],
  ['ENOTFOUND', 'the host has no address'],
  ['EAI_AGAIN', 'the name of the host cannot be looked up'],
  ['ECONNRESET', 'the connection broke'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'its certificate is for another host than the one that "storage.url" names',
  ],
  ...['SELF_SIGNED_CERT', 'DEPTH_ZERO_SELF', 'UNABLE_TO_', 'CERT_'].map(
    (start) => [start, untrusted] as const,
  ),
  ...['ERR_OSSL_', 'ERR_SSL_'].map(
    (start) =>
      [start, 'TLS fails: check sslcert and sslkey in "storage.url", and what the server asks for'] as const,
  ),
  ['EPIPE', 'the connection broke'],
  ['ETIMEDOUT', 'the host does not answer'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the host cannot be reached'],
];

/** What PgBouncer says of settings in the first message of a connection. */
const unknownParameter = 'unsupported startup parameter';

/** Errors of the driver, which have no code, and of a pooler, which has one code for all; the first one counts. */
const messages: readonly (readonly [text: string, meaning: string])[] = [
  [unknownParameter, 'behind PgBouncer write "storage.prepared_statements: false"'],
  ['timeout exceeded when trying to connect', 'it does not answer in time, or all connections are in use'],
  ['Connection terminated due to connection timeout', 'it does not answer in time'],
  ['Connection terminated', 'the connection broke; the server may have restarted'],
  ['Query read timeout', 'it does not answer; the server or the network may hang'],
  ['client password must be a string', 'it asks for a password, and the address has none'],
  ['not queryable', 'the connection broke'],
  ['does not support SSL', 'it does not speak TLS, which the address asks for'],
  ['Cannot use a pool after calling end', 'the store is closed'],
];

/** SQLSTATE of an error of PostgreSQL; undefined for any other. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = systemCodeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) ? code : undefined;
}

/** True for damage of the server's files, which no retry heals. */
const isDamage = (code: string | undefined): boolean => code === 'XX001' || code === 'XX002';

/** True where there is no partition for a row. */
export function lacksPartition(error: unknown): boolean {
  return sqlStateOf(error) === '23514' && messageOf(error).startsWith('no partition of relation');
}

/** True where PostgreSQL refuses the content of a row, so that a retry would fail too. */
export function refusesContent(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && (state.startsWith('22') || state.startsWith('23')) && !lacksPartition(error);
}

/** True where a lock was not to be had within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return sqlStateOf(error instanceof StoreError ? error.cause : error) === '55P03';
}

/**
 * True where the connection cannot be used any more, or another one may lead elsewhere: a server that has become a standby may keep its
 * connections while its name leads to the new primary already. Prepared statements end with the tables that they were made for.
 */
export function breaksConnection(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === undefined || /^(?:57P|08|25006|0A000)/.test(state);
}

/** Errors of a network, and of a driver that had no answer. */
const noAnswer = /^E(?!RR_)[A-Z_]+$/;
const noAnswerText = /^(?:timeout exceeded when trying|Connection terminated|Query read timeout)/;

/** True where the driver cannot read a file that the address names. */
const isUnreadable = (error: unknown): boolean =>
  systemCodeOf(error) === 'EISDIR' ||
  (error instanceof Error && 'syscall' in error && error.syscall === 'open');
const unreadable = 'a file that sslrootcert, sslcert or sslkey in "storage.url" names cannot be read';

/** True where the server is not there yet, or not ready: it may be a moment later. False for what only a person changes. */
export function isAbsence(error: unknown): boolean {
  const cause = error instanceof StoreError ? error.cause : error;
  const code = codeOf(cause);
  if (isUnreadable(cause)) return false;
  if (code === undefined) return noAnswerText.test(messageOf(cause));
  const state = sqlStateOf(cause);
  if (messageOf(cause).includes(unknownParameter)) return false;
  return state === undefined ? noAnswer.test(code) && code !== 'EACCES' : /^(?:57P|08|53300)/.test(state);
}

/** A system error may be inside, one for each address of the host. */
function codeOf(error: unknown): string | undefined {
  const inner = error instanceof AggregateError ? (error.errors as readonly unknown[])[0] : error;
  return systemCodeOf(error) ?? systemCodeOf(inner);
}

/** The error with a message for the operator, which has no password; errors that are neither PostgreSQL's nor the driver's stay as they are. */
export function describe(error: unknown, shown: string): unknown {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const text = messageOf(error) || String(code);
  if (isDamage(code))
    return new StoreError('damaged', `the database at ${shown} is damaged: ${text}`, { cause: error });
  const meaning =
    (isUnreadable(error) ? unreadable : undefined) ??
    messages.find(([part]) => text.includes(part))?.[1] ??
    (code === undefined ? undefined : meanings.find(([start]) => code.startsWith(start))?.[1]);
  if (code === undefined && meaning === undefined) return error;
  const said = code === undefined ? text : `${text} (${code})`;
  return new StoreError(
    'unavailable',
    `cannot use the database at ${shown}: ${meaning === undefined ? said : `${meaning}: ${said}`}`,
    { cause: error },
  );
}

/** True for an error of PostgreSQL or the driver, and one for operators. */
export const isFailure = (error: unknown): boolean =>
  describe(error, '') !== error || error instanceof StoreError;

/** Rejects with errors as `describe` returns them. */
export async function described<Result>(shown: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw describe(error, shown);
  }
}
