import { BlockList, isIP } from 'node:net';

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

function variable(env: Environment, name: string): string {
  return env[name.toLowerCase()] ?? env[name] ?? '';
}

function inRange(host: string, range: string): boolean {
  const [network = '', bits] = range.split('/');
  const version = isIP(network);
  const prefix = Number(bits);
  if (version === 0 || isIP(host) !== version || !Number.isInteger(prefix)) return false;
  if (prefix < 0 || prefix > (version === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

function exempts(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(host, entry);
  if (isIP(entry) !== 0) return host === entry;
  const [, name = '', only] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const domain = name.replace(/^\*?\./, '').replace(/^\[|\]$/g, '');
  if (domain === '') return false;
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

/** A variable of the environment names a proxy that is not supported. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

const schemeOf = (proxy: string): string | undefined => /^([^:/]*):\/\//.exec(proxy)?.[1];
const withScheme = (proxy: string): string => (schemeOf(proxy) === undefined ? `http://${proxy}` : proxy);

/** Addresses of the proxies that the variables name, in both spellings. */
export function proxiesIn(env: Environment): string[] {
  return ['HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) =>
    [env[name], env[name.toLowerCase()]].flatMap((proxy = '') =>
      proxy.trim() === '' ? [] : [withScheme(proxy.trim())],
    ),
  );
}

/**
 * The proxy a request goes through, or null: `configured`, else HTTPS_PROXY or HTTP_PROXY by the address's scheme
 * unless NO_PROXY exempts it. NO_PROXY entries are names with all their subdomains (`example.com`, `.example.com`,
 * `*.example.com`), addresses and CIDR ranges, each but the range with an optional port, or `*`. Throws a ProxyError for a proxy of
 * another kind, such as SOCKS.
 */
export function proxyFor(url: URL, configured: string | null, env: Environment): string | null {
  if (configured !== null) return configured;
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = variable(env, name).trim();
  if (proxy === '') return null;
  const host = url.hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const exceptions = variable(env, 'NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/);
  if (exceptions.some((entry) => exempts(entry, host, port))) return null;
  const scheme = schemeOf(proxy);
  if (scheme !== undefined && !/^https?$/i.test(scheme))
    throw new ProxyError(`${name} names a proxy of ${scheme}; only proxies of http and https are supported`);
  return withScheme(proxy);
}
