import { createDelivery } from '../../checker/delivery.js';
import { createRedaction } from '../../checker/secrets/redact.js';
import { shortestSecret } from '../../config/read/secrets.js';
import type { Clock } from '../../domain/clock.js';
import { secretsOfAddress, secretsOfChannel, type Channel } from '../../domain/notify/channel.js';
import type { Message } from '../../domain/notify/message.js';
import { messageOf } from '../../domain/thrown.js';
import type { VendorWord } from '../../domain/vendor-word.js';
import { requestOf } from '../../notify/dialects.js';
import type { ChannelContext } from '../../notify/request.js';
import { incidentOfModelAddress, modelAddress } from '../../page/page-address.js';

/** Longest time of one attempt. */
const timeoutMs = 15_000;
const longestError = 300;

/** Makes an error safe to show, whatever form a server or library writes secrets in. */
function withoutSecrets(error: string, secrets: readonly string[]): string {
  return createRedaction(secrets.filter(({ length }) => length >= shortestSecret))(error, longestError);
}

/** How an attempt ended. `nothing` is a message of which the receiver has nothing to be told. */
export type Outcome =
  | { readonly kind: 'nothing' }
  /** `refused` says which of several receivers were refused: the others have the message, and must not get it again. */
  | { readonly kind: 'delivered'; readonly refused: string | null }
  | {
      readonly kind: 'failed';
      readonly error: string;
      readonly retryAfterMs: number | null;
      /** The receiver wants no further message. */
      readonly gone: boolean;
    };

export interface Deliver {
  /** Makes one attempt; never rejects. No text of it has a secret of the channel. */
  deliver(channel: Channel, message: Message, signal: AbortSignal): Promise<Outcome>;
  /** Reads an address; resolves to why it failed, or null. */
  beat(url: string, signal: AbortSignal): Promise<string | null>;
  close(): void;
}

export function createDeliver(parts: {
  readonly clock: Clock;
  readonly version: string;
  /** Without a trailing slash; null without one. */
  readonly publicUrl: () => string | null;
  /** What the vendor of a model says now; null where it says nothing. */
  readonly vendorSays?: (model: string) => VendorWord | null;
}): Deliver {
  const { clock, version, publicUrl, vendorSays } = parts;
  const delivery = createDelivery({ clock, userAgent: `modelpulse/${version}`, timeoutMs });
  const linkTo = (model: string, incident: number | null): string | null => {
    const base = publicUrl();
    if (base === null) return null;
    return base + (incident === null ? modelAddress(model) : incidentOfModelAddress(model, incident));
  };

  async function attempt(channel: Channel, message: Message, signal: AbortSignal): Promise<Outcome> {
    const { target, timezone, tls } = channel;
    const context: ChannelContext = {
      ...{ timezone, linkTo, now: clock.wall(), publicUrl: publicUrl() },
      ...(vendorSays !== undefined && { vendorSays }),
    };
    if (target.kind === 'email') {
      // With the first mail.
      const { sendMail } = await import('../../notify/mail.js');
      const way = { timeoutMs, signal, tls: await delivery.tlsFor(tls) };
      const refused = await sendMail(message, target, context, way);
      return { kind: 'delivered', refused };
    }
    const request = requestOf(message, target, context);
    if (request === null) return { kind: 'nothing' };
    const done = await delivery.send({ method: 'POST', ...request }, channel, signal);
    if ('fault' in done) return { kind: 'failed', error: done.fault, retryAfterMs: null, gone: false };
    const { status, retryAfterMs } = done;
    if (status >= 200 && status < 300) return { kind: 'delivered', refused: null };
    return { kind: 'failed', error: `HTTP ${status}`, retryAfterMs, gone: status === 410 };
  }

  return {
    async deliver(channel, message, signal) {
      const shown = (error: string): string => withoutSecrets(error, secretsOfChannel(channel));
      try {
        const outcome = await attempt(channel, message, signal);
        if (outcome.kind === 'failed') return { ...outcome, error: shown(outcome.error) };
        if (outcome.kind === 'nothing' || outcome.refused === null) return outcome;
        return { ...outcome, refused: shown(outcome.refused) };
      } catch (error) {
        return { kind: 'failed', error: shown(messageOf(error)), retryAfterMs: null, gone: false };
      }
    },
    async beat(url, signal) {
      const done = await delivery.send(
        { method: 'GET', url, headers: {}, body: null },
        { tls: { insecure: false }, proxy: null },
        signal,
      );
      if ('fault' in done) return withoutSecrets(done.fault, secretsOfAddress(url));
      return done.status >= 200 && done.status < 300 ? null : `HTTP ${done.status}`;
    },
    close: () => {
      delivery.close();
    },
  };
}
