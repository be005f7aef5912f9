import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import { vendorPages, type VendorSettings } from '../config/vendor-settings.js';
import type { Clock } from '../domain/clock.js';
import { madeOnce } from '../domain/made-once.js';
import type { Vendors } from '../http/port.js';
import { shardOf } from '../store/fleet-port.js';
import type { Store } from '../store/port.js';
import type { Ownership } from './ownership.js';
import type { VendorPolling } from './vendor-polling.js';

/** What vendors say: nothing of it is loaded before a configuration has a page. */
export interface VendorWords extends Vendors {
  /** Called with each configuration. */
  ensure(): Promise<void>;
  stop(): Promise<void>;
}

export function createVendors(parts: {
  store: Store;
  clock: Clock;
  log: Logger;
  version: string;
  settings: () => Settings;
  /** Null for a database of one process. */
  ownership: Ownership | null;
}): VendorWords {
  const { store, clock, log, version, settings, ownership } = parts;
  let polling: VendorPolling | null = null;
  let isWanted = false;
  let stopped = false;
  /** Pages by model, of the configuration in force. */
  let named: {
    readonly of: VendorSettings | null;
    readonly pageOf: (model: string) => string | null;
  } | null = null;

  const started = madeOnce(async (): Promise<VendorPolling> => {
    const { startVendorPolling } = await import('./vendor-polling.js');
    const owns = (page: string): boolean =>
      ownership === null || ownership.fleet.mayStart(shardOf(`vendor ${page}`));
    return startVendorPolling({ store, clock, log, version, owns });
  });

  return {
    async ensure() {
      const wanted = settings().vendorStatus ?? null;
      if (stopped || (wanted === null && !isWanted)) return;
      isWanted = true;
      polling = await started();
      // A configuration may be another one by now.
      const inForce = settings().vendorStatus ?? {
        everyMs: 1,
        way: { tls: { insecure: false }, proxy: null },
        pages: [],
      };
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may have been stopped meanwhile
      if (stopped) await polling.stop();
      else polling.follow(inForce);
    },
    pages: () => polling?.pages() ?? [],
    ofModel: (model) => polling?.ofModel(model) ?? null,
    pageOf(model) {
      const inForce = settings().vendorStatus ?? null;
      if (named?.of !== inForce) named = { of: inForce, pageOf: vendorPages(inForce) };
      return named.pageOf(model);
    },
    incidents: (query) =>
      (settings().vendorStatus ?? null) === null ? Promise.resolve([]) : store.vendorIncidents(query),
    async stop() {
      stopped = true;
      await polling?.stop();
    },
  };
}
