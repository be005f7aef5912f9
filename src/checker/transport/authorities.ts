import { constants } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { madeOnce } from '../../domain/made-once.js';
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

/** Codes by which this process or machine lacks something; they say nothing of the file, and the next attempt may succeed. */
const scarce = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);
const isScarcity = (error: unknown): boolean => scarce.has(systemCodeOf(error) ?? '');

async function readOption(option: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    if (isScarcity(error)) throw error;
    throw new TlsFileError(`${option} ${path} cannot be read: ${systemCodeOf(error) ?? 'unknown'}`);
  }
}

/** Content of the file, or null where it cannot be read. Rejects when the process lacks file descriptors or memory. */
async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isScarcity(error)) throw error;
    return null;
  }
}

async function firstReadable(paths: readonly (string | undefined)[]): Promise<Buffer | null> {
  for (const path of paths) {
    const content = path ? await readIfThere(path) : null;
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
  const system = madeOnce(() => systemAuthorities(env));

  /** Rejects with a TlsFileError when a file is missing, unreadable or unusable, and with a system error when files cannot be opened now. */
  async function contextFor(tls: Pick<Tls, 'caFile' | 'certFile' | 'keyFile'>): Promise<SecureContext> {
    const [ca, cert, key] = await Promise.all([
      readOption('tls.ca_file', tls.caFile),
      readOption('tls.cert_file', tls.certFile),
      readOption('tls.key_file', tls.keyFile),
    ]);
    const name = JSON.stringify([tls.caFile, tls.certFile, tls.keyFile]);
    const content = [ca, cert, key].map((part) => part?.toString('base64') ?? '').join(' ');
    const authorities = ca ?? (await system());
    const before = made.get(name);
    if (before?.content === content) return before.context;
    try {
      const context = createSecureContext({
        ca: authorities,
        // A server could send a longer chain later. Some ask for a client certificate so.
        ...(cert === undefined && { secureOptions: constants.SSL_OP_NO_RENEGOTIATION }),
        ...(cert && { cert }),
        ...(key && { key }),
      });
      made.set(name, { content, context });
      return context;
    } catch (error) {
      throw new TlsFileError(`tls.cert_file and tls.key_file cannot be used: ${messageOf(error)}`);
    }
  }

  return { contextFor };
}
