import { readFile } from 'node:fs/promises';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { messageOf, systemCodeOf } from '../../domain/thrown.js';
import type { Endpoint } from '../../domain/model.js';

type Tls = Endpoint['tls'];
type Environment = Readonly<Record<string, string | undefined>>;

/** PEM files with the trusted authorities of distributions. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** A file named in a model's `tls` section cannot be used; the message names option and path. */
export class TlsFileError extends Error {
  override readonly name = 'TlsFileError';
}

async function readOption(option: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new TlsFileError(`${option} ${path} cannot be read: ${systemCodeOf(error) ?? 'unknown'}`);
  }
}

async function firstReadable(paths: readonly (string | undefined)[]): Promise<Buffer | null> {
  for (const path of paths) {
    const content = path ? await readFile(path).catch(() => null) : null;
    if (content !== null && content.length > 0) return content;
  }
  return null;
}

/**
 * Whom TLS trusts without `tls.ca_file`: SSL_CERT_FILE, else the system's bundle, else the authorities that Node
 * brings; NODE_EXTRA_CA_CERTS is added to any. (Node 20 itself never looks at the system's.)
 */
async function systemAuthorities(env: Environment): Promise<(string | Buffer)[]> {
  const bundle = await firstReadable([env.SSL_CERT_FILE, ...systemBundles]);
  const extra = await firstReadable([env.NODE_EXTRA_CA_CERTS]);
  return [...(bundle === null ? rootCertificates : [bundle]), ...(extra === null ? [] : [extra])];
}

/**
 * TLS contexts by the files they are made of. Parsing a bundle takes milliseconds, so a context is kept until the
 * content of its files changes.
 */
export function createAuthorities(env: Environment) {
  const made = new Map<string, { readonly content: string; readonly context: SecureContext }>();
  let system: Promise<(string | Buffer)[]> | undefined;

  /** Rejects with a TlsFileError when a file is missing, unreadable or unusable. */
  async function contextFor(tls: Pick<Tls, 'caFile' | 'certFile' | 'keyFile'>): Promise<SecureContext> {
    const [ca, cert, key] = await Promise.all([
      readOption('tls.ca_file', tls.caFile),
      readOption('tls.cert_file', tls.certFile),
      readOption('tls.key_file', tls.keyFile),
    ]);
    const name = JSON.stringify([tls.caFile, tls.certFile, tls.keyFile]);
    const content = [ca, cert, key].map((part) => part?.toString('base64') ?? '').join(' ');
    system ??= systemAuthorities(env);
    const authorities = ca ?? (await system);
    const known = made.get(name);
    if (known?.content === content) return known.context;
    try {
      const context = createSecureContext({ ca: authorities, ...(cert && { cert }), ...(key && { key }) });
      made.set(name, { content, context });
      return context;
    } catch (error) {
      throw new TlsFileError(`tls.cert_file and tls.key_file cannot be used: ${messageOf(error)}`);
    }
  }

  return { contextFor };
}
