import { isSecretName, shortestSecret } from '../../config/read/secrets.js';
import type { Jwt } from '../../domain/model.js';

/** All strings in a JSON value, with the names of their members. */
function textsIn(value: unknown, name = ''): { readonly name: string; readonly text: string }[] {
  if (typeof value === 'string') return [{ name, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, key));
}

function valuesIn(body: string): string[] {
  try {
    return textsIn(JSON.parse(body)).map(({ text }) => text);
  } catch {
    return [...new URLSearchParams(body).values()];
  }
}

/** The text without URL encoding, or as it is where that is broken. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The password of a `Basic` authorization, as sent and decoded, since OAuth 2.0 encodes it (RFC 6749, 2.3.1); with its user where
 * it is too short to search for alone.
 */
export function secretsOfBasic(header: string): string[] {
  const [, encoded] = /^\s*basic\s+([\w+/=-]+)\s*$/i.exec(header) ?? [];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString();
  const password = pair.slice(pair.indexOf(':') + 1);
  return password.length < shortestSecret ? [pair] : [password, decoded(password)];
}

/** Secrets in a token endpoint's configuration. Shorter values are left out, since masking them would mask plain words. */
export function secretsOfJwt({ url, headers, body }: Jwt): string[] {
  const values = [...new URL(url).searchParams.values(), ...(body === null ? [] : [body, ...valuesIn(body)])];
  const words = Object.values(headers).flatMap((value) => [
    value,
    ...value.split(/\s+/),
    ...secretsOfBasic(value),
  ]);
  return [...values, ...words].filter(({ length }) => length >= shortestSecret);
}

/** Values of a custom payload whose member name is that of a secret. */
export function secretsOfPayload(payload: unknown): string[] {
  return textsIn(payload).flatMap(({ name, text }) =>
    isSecretName(name) && text.length >= shortestSecret && !text.includes('{prompt}') ? [text] : [],
  );
}
