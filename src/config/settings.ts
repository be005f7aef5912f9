import type { WindowRule } from '../calendar/maintenance.js';
import type { Model } from '../domain/model.js';
import type { UptimeWindow } from '../domain/view.js';
import type { NotificationSettings } from './notifications.js';
import type { OtlpSettings } from './otlp.js';
import type { StatusPage } from './page-settings.js';
import type { UpSettings } from './up.js';
import type { VendorSettings } from './vendor-settings.js';

/** A maintenance window of some models, planned in the file. */
export type MaintenanceRule = WindowRule & {
  /** Glob patterns over model ids; `*` for all. */
  readonly models: readonly string[];
  /** Free text of the operator. */
  readonly reason: string | null;
};

/** Where the history is: a file of SQLite, or a database of PostgreSQL. */
export type StoragePlace =
  | { readonly kind: 'sqlite'; readonly path: string; readonly onCorrupt: 'move' | 'stop' }
  | {
      readonly kind: 'postgres';
      /** With the password. */
      readonly url: string;
      /** False behind a pooler that gives each transaction another connection. */
      readonly preparedStatements: boolean;
      /** With the password; leads to the server itself where `url` does not. Null where `url` does. */
      readonly listenUrl: string | null;
    };

/** The whole configuration, complete and immutable: defaults applied, durations in ms, secrets resolved. */
export interface Settings {
  /** Number of the configuration, greater for newer ones, which instances that share a database compare. */
  readonly generation: number | null;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly bearerToken: string | null;
    /** Open the routes that only read. */
    readonly readTokens: readonly string[];
    /** Badges need no token. */
    readonly publicBadges: boolean;
    /** The operator accepts a public address without a token. */
    readonly insecurePublic: boolean;
    /** Lower-case host names that browsers may use without a token, and whose pages may change something. */
    readonly allowedHosts: readonly string[];
    /** Public URL of the server, without a trailing slash. */
    readonly publicUrl: string | null;
    /** Address of the dashboard in Grafana, without a trailing slash. */
    readonly grafanaUrl: string | null;
    readonly runbookUrl: string | null;
    /** Labels of models that their alerts carry. */
    readonly alertLabels: readonly string[];
    readonly shutdownGraceMs: number;
  };
  readonly storage: {
    readonly place: StoragePlace;
    readonly retention: {
      readonly checksMs: number;
      readonly failuresMs: number;
      readonly hoursMs: number;
      readonly daysMs: number;
    };
  };
  readonly checker: {
    readonly mode: 'builtin' | 'remote';
    readonly concurrency: number;
    readonly perHost: number;
    readonly reuseConnections: boolean;
  };
  /** Set in remote mode. */
  readonly remote: { readonly url: string; readonly apiKey: string; readonly timeoutMs: number } | null;
  readonly healthApi: {
    readonly enabled: boolean;
    readonly apiKeys: readonly string[];
    readonly allowHosts: readonly string[];
    readonly allowPrivate: boolean;
    readonly ratePerMin: number;
  };
  readonly connectivity: { readonly targets: readonly string[]; readonly everyMs: number } | null;
  /** Which series of each model are exposed. */
  readonly metrics: {
    readonly windows: readonly UptimeWindow[];
    readonly providerUptime: boolean;
    readonly histograms: boolean;
  };
  readonly maintenance: readonly MaintenanceRule[];
  readonly statusPages: readonly StatusPage[];
  readonly up: UpSettings;
  /** Tools for language models; unset is nothing but reading. */
  readonly mcp?: { readonly checkNow: boolean };
  /** Null or unset where metrics are not pushed. */
  readonly otlp?: OtlpSettings | null;
  /** Null when nobody is told. */
  readonly notifications: NotificationSettings | null;
  /** Null or unset where status pages of vendors are not read. */
  readonly vendorStatus?: VendorSettings | null;
  readonly models: readonly Model[];
}
