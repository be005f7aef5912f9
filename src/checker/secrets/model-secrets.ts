import { isSecretName, isSecretParameter, shortestSecret } from '../../config/read/secrets.js';
import type { Model } from '../../domain/model.js';
import { memberOf } from '../../domain/json.js';
import { awsKey } from '../ask/sigv4.js';
import { proxiesIn, type Environment } from '../transport/proxy.js';
import { decoded, secretsOfBasic, secretsOfJwt, secretsOfPayload } from './inner-secrets.js';

/**
 * Secrets of a model: keys, header values and their parts, proxy credentials, credentials of the token endpoint, and what the loader
 * found among references.
 */
export function secretsOf({
  endpoint,
  requestOptions,
  endpointConfiguration,
  referredSecrets = [],
}: Pick<
  Model,
  'endpoint' | 'requestOptions' | 'endpointConfiguration' | 'referredSecrets'
>): readonly string[] {
  const harmless = /^(accept|content-type|user-agent)$/i;
  const headers = Object.entries(endpoint.headers).filter(([name]) => !harmless.test(name));
  const values = headers.flatMap(([name, value]) => [
    value,
    ...value.split(/\s+/).filter(({ length }) => length >= 8),
    ...secretsOfBasic(value),
    ...(value.length < shortestSecret && isSecretName(name) ? namedForms(name, value) : []),
  ]);
  const credentials = endpoint.proxy === null ? [] : secretsOfProxy(endpoint.proxy);
  const inner = [
    ...(endpoint.jwt === null ? [] : secretsOfJwt(endpoint.jwt)),
    ...secretsOfPayload(requestOptions),
    ...secretsOfPayload(memberOf(endpointConfiguration.model_config, 'custom_payload')),
  ];
  const parts = endpoint.apiKeys.flatMap((key) => [
    ...partsOfKey(key),
    ...secretsOfBasic(endpoint.auth.prefix + key),
  ]);
  const queries = [endpoint.baseUrl, ...Object.values(endpoint.paths)].flatMap(secretsOfQuery);
  const all = [...endpoint.apiKeys, ...parts, ...values, ...queries, ...inner, ...referredSecrets];
  return [...all.filter(({ length }) => length >= shortestSecret), ...credentials];
}

/** Credentials of a proxy: the password, as written and decoded, or a user name without one; both as they are sent. */
function secretsOfProxy(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { username, password } = new URL(address);
  if (username === '' && password === '') return [];
  const secret = password === '' ? username : password;
  const sent = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  const found = [secret, decoded(secret), sent, sent.replaceAll('=', ''), ...secretsOfBasic(`Basic ${sent}`)];
  return found.filter(({ length }) => length >= shortestSecret);
}

/** Credentials of the proxies that variables name, which any request may go through. */
export const secretsOfProxies = (env: Environment): readonly string[] =>
  proxiesIn(env).flatMap(secretsOfProxy);

/** The parts of a signing key; none of another key. */
function partsOfKey(key: string): readonly string[] {
  const parts = awsKey(key);
  return parts === null ? [] : [parts.accessKeyId, parts.secretAccessKey, parts.sessionToken ?? ''];
}

/** Echoed forms of a secret header whose value is too short to search for alone. */
function namedForms(name: string, value: string): string[] {
  return [
    `${name}: ${value}`,
    `${name}:${value}`,
    `${name}=${value}`,
    `"${name}":"${value}"`,
    `"${name}": "${value}"`,
  ];
}

/** Query values of an address or path that may be credentials, raw and decoded. */
export function secretsOfQuery(address: string): string[] {
  const query = address.slice(address.indexOf('?') + 1);
  if (query === address) return [];
  return query.split('&').flatMap((parameter) => {
    const at = parameter.indexOf('=');
    const value = parameter.slice(at + 1);
    return at > 0 && isSecretParameter(parameter.slice(0, at), value) ? [value, decoded(value)] : [];
  });
}
