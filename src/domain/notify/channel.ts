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
  /** Proxy address; null uses HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly proxy: string | null;
}

/** Secrets of a channel, which no text may have. */
export function secretsOfChannel({ target, proxy }: Pick<Channel, 'target' | 'proxy'>): string[] {
  const own = ((): readonly (string | null)[] => {
    switch (target.kind) {
      case 'webhook':
        return [target.url, ...target.secrets];
      case 'slack':
      case 'discord':
      case 'teams':
        return [target.url];
      case 'telegram':
        return [target.token];
      case 'ntfy':
        return [target.url, target.token];
      case 'pagerduty':
        return [target.routingKey];
      case 'apprise':
        return [target.url];
      case 'email':
        return [target.smtp, ...partsOf(target.smtp)];
    }
  })();
  return [...own, ...partsOf(proxy ?? '')].filter((one) => one !== null && one !== '') as string[];
}

/** The password of an address, as written and without escapes, and its path, in which receivers have their keys. */
function partsOf(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { password } = new URL(address);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
