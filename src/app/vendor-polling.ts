import type { Logger } from 'pino';
import { createPageReader, type PageReader, type PageVersion } from '../checker/vendor/page-reader.js';
import { feedParserFor, readVendorPage } from '../checker/vendor/formats.js';
import type { VendorPage, VendorSettings } from '../config/vendor-settings.js';
import type { Clock } from '../domain/clock.js';
import { hashFraction } from '../domain/schedule.js';
import { messageOf } from '../domain/thrown.js';
import { systemTimers, type Timers } from '../domain/timers.js';
import { followVendor, type VendorIncident } from '../domain/vendor.js';
import { wordOf, type VendorPageState, type VendorWord } from '../domain/vendor-word.js';
import type { Store } from '../store/port.js';

/** Longest time of one reading. */
const timeoutMs = 10_000;
/** Intervals without a reading after which what a page said is unknown. */
const knownFor = 3;
/** Incidents of the past with which a reading is compared. */
const mostKnown = 500;
const longestReason = 200;
/** The first reading comes within this time (ms) of the start. */
const firstWithinMs = 5_000;

interface Followed {
  page: VendorPage;
  version: PageVersion | null;
  /** Null before the first reading. */
  isUp: boolean | null;
  readAt: number | null;
  open: readonly VendorIncident[];
  word: VendorWord | null;
  /** Cancels the next reading. */
  cancel: () => void;
}

export interface VendorPolling {
  /** Takes over the pages of another configuration. */
  follow(settings: VendorSettings): void;
  pages(): VendorPageState[];
  /** The page of a model; null for one without. */
  ofModel(model: string): VendorPageState | null;
  stop(): Promise<void>;
}

/**
 * Reads status pages, each at a phase of its own, beside the checks. Of several instances the owner of the shard of its name reads a page; the others read what it has
 * stored. What a page says never reaches the reducer.
 */
export function startVendorPolling(parts: {
  store: Pick<Store, 'vendorIncidents' | 'keepVendorIncidents'>;
  clock: Clock;
  log: Logger;
  version: string;
  /** True where this instance is to read the page. */
  owns: (page: string) => boolean;
  timers?: Timers;
  reader?: PageReader;
}): VendorPolling {
  const { store, clock, log, version, owns, timers = systemTimers } = parts;
  const reader = parts.reader ?? createPageReader({ clock, userAgent: `modelpulse/${version}`, timeoutMs });
  const stopping = new AbortController();
  const followed = new Map<string, Followed>();
  const byModel = new Map<string, Followed>();
  const running = new Set<Promise<void>>();
  let settings: VendorSettings | null = null;

  const stalenessMs = (): number => knownFor * (settings?.everyMs ?? 0) + timeoutMs;

  async function knownOf(page: string): Promise<readonly VendorIncident[]> {
    const open = await store.vendorIncidents({ pages: [page], open: true, limit: mostKnown });
    const past = await store.vendorIncidents({ pages: [page], limit: mostKnown });
    return [...new Map([...open, ...past].map((incident) => [incident.id, incident])).values()];
  }

  /** The word stays the same object while it says the same, so that rows which show it are not drawn anew. */
  function setOpen(one: Followed, open: readonly VendorIncident[]): void {
    one.open = open;
    const word = wordOf({ open, link: one.page.link, page: one.page.name });
    if (JSON.stringify(word) !== JSON.stringify(one.word)) one.word = word;
  }

  function failed(one: Followed, detail: string): void {
    // Once for each time that it fails, not for each reading.
    if (one.isUp !== false)
      log.warn(
        { page: one.page.name, reason: detail.slice(0, longestReason) },
        'status page of a vendor cannot be read: what the vendor says is unknown',
      );
    one.isUp = false;
  }

  /** Takes what was read; `incidents` are all that are known of the page now. */
  function took(one: Followed, incidents: readonly VendorIncident[], at: number): void {
    if (one.isUp === false) log.info({ page: one.page.name }, 'status page of a vendor is read again');
    setOpen(
      one,
      incidents.filter(({ resolvedAt }) => resolvedAt === null),
    );
    for (const { id, title, impact, startedAt, firstSeen } of one.open)
      if (firstSeen === at)
        log.info(
          { page: one.page.name, incident: id, title, impact, since: new Date(startedAt).toISOString() },
          'vendor tells of an incident',
        );
    one.isUp = true;
    one.readAt = at;
  }

  async function readPage(one: Followed, { way }: VendorSettings): Promise<void> {
    const { page } = one;
    const read = await reader.read(page.url, one.version, way, stopping.signal);
    if (stopping.signal.aborted) return;
    const now = clock.wall();
    if (read.kind === 'failed') {
      failed(one, read.detail);
      return;
    }
    if (read.kind === 'unchanged') {
      const open = one.open.map((incident) => ({ ...incident, seenAt: now }));
      await store.keepVendorIncidents(open);
      took(one, open, now);
      return;
    }
    if (read.isCut && page.format !== 'google_cloud') {
      failed(one, 'it is longer than 1 MiB');
      return;
    }
    const parseFeed = await feedParserFor(page.format);
    const reading = readVendorPage(page.format, read.text, { now, parseFeed });
    if (reading === null) {
      failed(one, `it is no document of the format ${page.format}`);
      return;
    }
    const known = await knownOf(page.name);
    const changed = followVendor(page.name, known, reading, page, now);
    if (changed.length > 0) await store.keepVendorIncidents(changed);
    const ids = new Set(changed.map(({ id }) => id));
    // Only what is stored counts as read: a page that could not be written is asked for in whole again.
    one.version = read.version;
    took(one, [...changed, ...known.filter(({ id }) => !ids.has(id))], now);
  }

  /** What another instance has read of a page. */
  async function readStored(one: Followed): Promise<void> {
    const open = await store.vendorIncidents({ pages: [one.page.name], open: true, limit: mostKnown });
    const since = clock.wall() - stalenessMs();
    setOpen(
      one,
      open.filter(({ seenAt }) => seenAt >= since),
    );
    one.isUp = null;
    one.version = null;
    one.readAt = one.open.reduce<number | null>((newest, { seenAt }) => Math.max(newest ?? 0, seenAt), null);
  }

  async function turn(one: Followed): Promise<void> {
    const inForce = settings;
    if (inForce === null) return;
    try {
      await (owns(one.page.name) ? readPage(one, inForce) : readStored(one));
    } catch (error) {
      failed(one, messageOf(error));
    }
  }

  function plan(one: Followed, inMs: number): void {
    one.cancel = timers.set(() => {
      const work = turn(one).finally(() => {
        running.delete(work);
        if (!stopping.signal.aborted && followed.get(one.page.name) === one)
          plan(one, nextInMs(one.page.name));
      });
      running.add(work);
    }, inMs);
  }

  /** ms to the next time of the page: each has a phase of its own, the same for all instances. */
  function nextInMs(name: string): number {
    const everyMs = settings?.everyMs ?? 0;
    const phase = hashFraction(`vendor:${name}`) * everyMs;
    const since = (((clock.wall() - phase) % everyMs) + everyMs) % everyMs;
    // Not at once again where a timer was early.
    return everyMs - since < everyMs / 4 ? 2 * everyMs - since : everyMs - since;
  }

  const stateOf = ({ page, isUp, readAt, open, word }: Followed): VendorPageState => {
    const isKnown = readAt !== null && readAt >= clock.wall() - stalenessMs();
    return {
      page: page.name,
      link: page.link,
      isUp,
      readAt,
      open: isKnown ? open : [],
      word: isKnown ? word : null,
      models: page.models.length,
    };
  };

  return {
    follow(next) {
      settings = next;
      const names = new Set(next.pages.map(({ name }) => name));
      for (const [name, one] of followed) {
        if (names.has(name)) continue;
        one.cancel();
        followed.delete(name);
      }
      byModel.clear();
      for (const page of next.pages) {
        const known = followed.get(page.name);
        const one: Followed = known ?? {
          ...{ page, version: null, isUp: null, readAt: null, open: [], word: null },
          cancel: () => undefined,
        };
        if (known !== undefined && (known.page.url !== page.url || known.page.format !== page.format))
          Object.assign(known, { version: null, isUp: null });
        // Another scope judges the same document anew.
        if (
          known !== undefined &&
          JSON.stringify([known.page.only, known.page.ignore]) !== JSON.stringify([page.only, page.ignore])
        )
          known.version = null;
        one.page = page;
        for (const model of page.models) byModel.set(model, one);
        if (known !== undefined) continue;
        followed.set(page.name, one);
        plan(one, hashFraction(`vendor:${page.name}`) * Math.min(firstWithinMs, next.everyMs));
      }
    },
    pages: () => [...followed.values()].map(stateOf),
    ofModel(model) {
      const one = byModel.get(model);
      return one === undefined ? null : stateOf(one);
    },
    async stop() {
      stopping.abort();
      for (const one of followed.values()) one.cancel();
      await Promise.all(running);
      reader.close();
    },
  };
}
