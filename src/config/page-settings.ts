import type { UptimeWindow } from '../domain/view.js';

/** A text that an operator puts on a page. Times in Unix ms. */
interface Announcement {
  readonly title: string;
  readonly text: string;
  readonly from: number;
  /** Null is without an end. */
  readonly to: number | null;
}

/** A picture that was read with the configuration. */
export interface Logo {
  /** Absolute. */
  readonly file: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** A page with the state of some models, for readers who are not operators. */
export interface StatusPage {
  readonly path: string;
  readonly title: string;
  readonly models: { readonly ids: readonly string[]; readonly labels: Readonly<Record<string, string>> };
  readonly access: 'public' | 'token' | 'password';
  /** A secret; set with `access: password`. */
  readonly password: string | null;
  readonly logo: Logo | null;
  readonly nameBy: string | null;
  readonly groupBy: string | null;
  readonly show: {
    readonly ids: boolean;
    readonly reasons: boolean;
    readonly latency: boolean;
    readonly uptime: readonly UptimeWindow[];
  };
  readonly historyMs: number;
  readonly locale: string;
  readonly timezone: string;
  readonly accent: string | null;
  readonly noindex: boolean;
  readonly frameAncestors: readonly string[];
  readonly announcements: readonly Announcement[];
}
