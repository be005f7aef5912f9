import { secretsOfAddress, secretsOfChannel } from '../../domain/notify/channel.js';
import type { Path } from './problem.js';
import type { Settings } from '../settings.js';

/** Members whose value is a secret or contains one. */
const secretMembers = new Set([
  'api_key',
  'api_keys',
  'apikey',
  'apikeys',
  'model_api_key',
  'bearer_token',
  'read_tokens',
  'password',
  'model_jwt_config',
  'custom_payload',
  'custom_curl_command',
  'proxy',
]);

/** Members whose value is sent as a header. */
const headerMembers: ReadonlySet<unknown> = new Set([
  'api_key',
  'api_keys',
  'apikey',
  'apikeys',
  'model_api_key',
  'bearer_token',
]);

/** The name of the nearest member at or above `path`. */
const memberOf = (path: Path): unknown => path.findLast((step) => typeof step === 'string');

/** True for a key or token that is sent, or compared, as a header value. */
export function isKeyMember(path: Path): boolean {
  return (
    !path.includes('custom_payload') &&
    !path.includes('default_request_options') &&
    headerMembers.has(memberOf(path))
  );
}

/** The same, and for the values of `custom_headers` and `jwt_headers`. */
export function isHeaderMember(path: Path): boolean {
  const [list, index, name] = path.slice(-3);
  const isHeader =
    name === 'value' && typeof index === 'number' && (list === 'custom_headers' || list === 'jwt_headers');
  return isHeader || isKeyMember(path);
}

const secretName =
  /(?:key|key_?id|token|secret|password|passwd|passphrase|pwd|(?:^|[_-])pass|credentials?|authorization|(?:^|[_-])auth|bearer|cookie|signature)$/i;

/** True for a member name that means a secret in a custom body; not for `max_tokens`. */
export const isSecretName = (name: string): boolean => secretName.test(name);

const mask = '***';
/** Minimum length of secrets that are masked by value: shorter ones would mask plain words. */
export const shortestSecret = 6;

/** True for a query parameter that may be a credential, whatever its name: Azure's `code`, a SAS `sig`. */
export function isSecretParameter(name: string, value: string): boolean {
  return isSecretName(name) || (value.length >= shortestSecret && name.toLowerCase() !== 'api-version');
}

/** Members of receivers, whose addresses are secrets as a whole. */
const receiverSecrets = new Set(['url', 'secret', 'token', 'routing_key', 'smtp', 'proxy']);

const isOfReceiver = ([section, ...rest]: Path): boolean =>
  section === 'notifications' &&
  (rest[0] === 'channels' || rest[0] === 'heartbeat') &&
  rest
    .slice(rest[0] === 'channels' ? 2 : 1)
    .some((step) => typeof step === 'string' && receiverSecrets.has(step));

/** True when the value at `path` is a secret. */
function isSecret(path: Path): boolean {
  if (path[0] === 'notifications') return isOfReceiver(path);
  if (path[0] === 'otlp' && path[1] === 'headers') return true;
  return path.some((step, index) => {
    if (typeof step !== 'string') return false;
    const inOptions = path.lastIndexOf('default_request_options');
    if (inOptions !== -1 && index > inOptions && isSecretName(step)) return true;
    return secretMembers.has(step) || (step === 'value' && path.includes('custom_headers') && index > 0);
  });
}

const isDatabaseUrl = ([section, key]: Path): boolean =>
  section === 'storage' && (key === 'url' || key === 'listen_url');

/** True where a value may be a secret, so that no message shows it: a header may be written where only its name belongs. */
export function mayHoldSecret(path: Path): boolean {
  return isSecret(path) || path.includes('custom_headers') || isDatabaseUrl(path);
}

/** Parameters of a database's URL that are shown; any other may be a password, or hold one. */
const shownParameters =
  /^(?:host|port|user|dbname|search_path|application_name|connect_timeout|sslmode|sslrootcert)$/;

/** The URL of a database without its password. */
function maskedDatabaseUrl(url: string): string {
  // To the last "@": one in a password should be escaped, and may not be.
  return url
    .replace(/^([a-z]+:\/\/[^:/?#@]*):[^]*@/i, `$1:${mask}@`)
    .replaceAll(/([?&]([^=&]*)=)([^&]*)/g, (all, before: string, name: string) =>
      shownParameters.test(name) ? all : before + mask,
    );
}

/** Passwords in the URLs of a database, as written and without escapes. */
function databasePasswords({ place }: Settings['storage']): string[] {
  if (place.kind === 'sqlite') return [];
  return [place.url, place.listenUrl ?? ''].flatMap((url) => {
    const userInfo = /^[a-z]+:\/\/[^:/?#@]*:([^]*)@/i.exec(url)?.[1] ?? '';
    const inQuery = new URLSearchParams(url.split('?')[1]).get('password') ?? '';
    return [userInfo, unescapedUrl(userInfo), inQuery];
  });
}

function unescapedUrl(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An address or path without query values that may be credentials. */
function withoutQuerySecrets(text: string): string {
  return text.replaceAll(
    /([?&]([^=&?#\s]+)=)([^&#\s]+)/g,
    (all, before: string, name: string, value: string) =>
      isSecretParameter(name, value) ? `${before}${mask}` : all,
  );
}

/** A function that masks these secrets in a text, except those that are too short. */
export function createMask(secrets: Iterable<string>): (text: string) => string {
  // Longest first, so that a secret that contains another is masked completely.
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
  return (text) => known.reduce((result, secret) => result.replaceAll(secret, mask), text);
}

/** `value` with secrets masked: by place, and those in `secrets` by value. */
export function masked(value: unknown, secrets: Iterable<string>): unknown {
  const maskText = createMask(secrets);
  function walk(item: unknown, path: Path): unknown {
    if (Array.isArray(item)) return item.map((entry, index) => walk(entry, [...path, index]));
    if (typeof item === 'object' && item !== null) {
      return Object.fromEntries(
        Object.entries(item).map(([key, entry]) => [key, walk(entry, [...path, key])]),
      );
    }
    if (item === null || item === '' || typeof item === 'boolean') return item;
    if (isSecret(path)) return mask;
    if (isDatabaseUrl(path) && typeof item === 'string') return maskedDatabaseUrl(item);
    return typeof item === 'string' ? withoutQuerySecrets(maskText(item)) : item;
  }
  return walk(value, []);
}

/** The keys, tokens and passwords of all sections except models. */
export function credentialsOf(settings: Settings): string[] {
  const { server, storage, remote, healthApi, statusPages, notifications } = settings;
  const passwords = statusPages.map(({ password }) => password ?? '');
  return [
    ...[server.bearerToken ?? '', ...server.readTokens, remote?.apiKey ?? '', ...healthApi.apiKeys],
    ...passwords,
    ...databasePasswords(storage),
    ...(notifications?.channels.flatMap(secretsOfChannel) ?? []),
    ...Object.values(settings.otlp?.headers ?? {}),
    ...(notifications?.heartbeat ? secretsOfAddress(notifications.heartbeat.url) : []),
  ];
}
