import type { Endpoint } from '../model.js';

/** Where messages go, by kind of receiver. Addresses, tokens and keys are secrets. */
export type ChannelTarget =
  | {
      readonly kind: 'webhook';
      readonly url: string;
      /** Base64, with or without `whsec_`; several while one is replaced by another. */
      readonly secrets: readonly string[];
      readonly format: 'standard' | 'alertmanager';
    }
  | { readonly kind: 'slack' | 'discord' | 'teams'; readonly url: string }
  | { readonly kind: 'telegram'; readonly token: string; readonly chat: string; readonly apiUrl: string }
  | { readonly kind: 'ntfy'; readonly url: string; readonly token: string | null }
  | { readonly kind: 'pagerduty'; readonly routingKey: string; readonly apiUrl: string }
  | { readonly kind: 'apprise'; readonly url: string; readonly tag: string | null }
  | { readonly kind: 'email'; readonly smtp: string; readonly from: string; readonly to: readonly string[] };

/** A receiver of messages. */
export interface Channel {
  readonly name: string;
  readonly target: ChannelTarget;
  /** Time zone of the times in texts. */
  readonly timezone: string;
  readonly tls: Endpoint['tls'];
  /** Proxy address; null uses HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly proxy: string | null;
}

/** Least characters of a part of an address that may be a key by itself, such as that of a webhook. */
const shortestKey = 16;

/** Secrets of a channel, which no text may have, with the forms in which they are sent. */
export function secretsOfChannel({ target, proxy }: Pick<Channel, 'target' | 'proxy'>): string[] {
  const own = ((): readonly (string | null)[] => {
    switch (target.kind) {
      case 'webhook':
        return [...secretsOfAddress(target.url), ...target.secrets];
      case 'slack':
      case 'discord':
      case 'teams':
      case 'apprise':
        return secretsOfAddress(target.url);
      case 'telegram':
        return [target.token, ...credentialsIn(target.apiUrl)];
      case 'ntfy':
        return [...secretsOfAddress(target.url), target.token];
      case 'pagerduty':
        return [target.routingKey, ...credentialsIn(target.apiUrl)];
      case 'email':
        return [target.smtp, ...credentialsIn(target.smtp)];
    }
  })();
  return [...own, ...credentialsIn(proxy ?? '')].filter((one) => one !== null && one !== '') as string[];
}

/** An address that is a secret as a whole, with what of it is one by itself. */
export function secretsOfAddress(address: string): string[] {
  if (!URL.canParse(address)) return [address];
  const { pathname, search, searchParams } = new URL(address);
  const parts = [pathname + search, ...pathname.split('/'), ...searchParams.values()];
  const keys = parts.filter(({ length }) => length >= shortestKey);
  return [address, ...credentialsIn(address), ...keys, ...keys.map(unescaped)];
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The password of an address, as written, without escapes, and as Basic (RFC 7617), PLAIN (RFC 4616) and LOGIN send it. */
function credentialsIn(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { username, password } = new URL(address);
  if (username === '' && password === '') return [];
  const [user, pass] = [unescaped(username), unescaped(password)];
  const sent = [`${user}:${pass}`, `\0${user}\0${pass}`, `${user}\0${user}\0${pass}`, pass].map(base64);
  return [password, pass, `${user}:${pass}`, ...sent.flatMap((one) => [one, one.replaceAll('=', '')])];
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
