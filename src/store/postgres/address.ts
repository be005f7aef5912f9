import { StoreError } from '../store-error.js';

/** Where a database is, as its URL says. */
export interface Address {
  /** For the driver; without what only modelpulse reads. */
  readonly connectionString: string;
  /** Schema of the tables. */
  readonly schema: string;
  /** Paths of the files for TLS that the driver reads for each connection. */
  readonly tlsFiles: Partial<Record<'ca' | 'cert' | 'key', string>>;
  /** The place in words, without the password. */
  readonly shown: string;
}

/** Names that need no quotes; PostgreSQL cuts longer ones. */
const schemaName = /^[a-z_][a-z0-9_]{0,62}$/;

const inOptions = /(?:^|\s)-c\s*search_path=(\S+)/;

/** The text of a part, in which a lone percent sign stands for itself, as for the driver; null where it is none. */
function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch {
    return null;
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
  const parts = [url?.username, url?.password, url?.hostname, url?.pathname].map((part) =>
    decoded(part ?? ''),
  );
  const known = url !== null && ['postgres:', 'postgresql:'].includes(url.protocol);
  if (!known || parts.includes(null))
    throw new StoreError(
      'unavailable',
      'the address of the database is not valid: it must be postgres://user:password@host:port/database',
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
  const fileOf = (parameter: string) => searchParams.get(parameter) ?? undefined;
  const tlsFiles = { ca: fileOf('sslrootcert'), cert: fileOf('sslcert'), key: fileOf('sslkey') };
  const host = searchParams.get('host') ?? (url.hostname === '' ? 'localhost' : url.hostname);
  const user = url.username === '' ? '' : `${decoded(url.username)}@`;
  const port = url.port === '' ? '' : `:${url.port}`;
  return {
    connectionString: url.href,
    schema,
    tlsFiles: Object.fromEntries(Object.entries(tlsFiles).filter(([, path]) => path !== undefined)),
    shown: `${user}${decoded(host)}${port}/${decoded(url.pathname.slice(1))}`,
  };
}
