import { StoreError } from '../store-error.js';

/** Where a database is, as its URL says. */
export interface Address {
  /** For the driver; without what only modelpulse reads. */
  readonly connectionString: string;
  /** Schema of the tables. */
  readonly schema: string;
  /** The place in words, without the password. */
  readonly shown: string;
}

/** Names that need no quotes; PostgreSQL cuts longer ones. */
const schemaName = /^[a-z_][a-z0-9_]{0,62}$/;

const inOptions = /(?:^|\s)-c\s*search_path=(\S+)/;

/** False for a lone percent sign, such as that of a password: the driver decodes each part. */
function isEncoded({ username, password, hostname, pathname }: URL): boolean {
  try {
    for (const part of [username, password, hostname, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads `postgres://user:password@host:port/database?search_path=schema`; the schema is `public` without one. Throws
 * StoreError `unavailable`, whose message has nothing of the text, since there may be a password in it.
 */
export function addressOf(text: string): Address {
  // Without a host, as where a socket is named behind the question mark.
  const whole = text.replace('@/', '@localhost/');
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol) || !isEncoded(url))
    throw new StoreError(
      'unavailable',
      'the address of the database is not valid: it must be postgres://user:password@host:port/database, with %25 for a percent sign',
    );
  const { searchParams } = url;
  const options = searchParams.get('options') ?? '';
  const [schema = ''] = (searchParams.get('search_path') ?? inOptions.exec(options)?.[1] ?? 'public').split(
    ',',
  );
  if (!schemaName.test(schema))
    throw new StoreError(
      'unavailable',
      'search_path in the address of the database must be one name of at most 63 lower-case letters, digits and underscores',
    );
  searchParams.delete('search_path');
  const host = searchParams.get('host') ?? (url.hostname === '' ? 'localhost' : url.hostname);
  const user = url.username === '' ? '' : `${decodeURIComponent(url.username)}@`;
  const port = url.port === '' ? '' : `:${url.port}`;
  return {
    connectionString: url.href,
    schema,
    shown: `${user}${decodeURIComponent(host)}${port}/${decodeURIComponent(url.pathname.slice(1))}`,
  };
}
