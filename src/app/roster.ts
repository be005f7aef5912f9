import { atLeast } from '../domain/budget.js';
import type { ExcludedPeriod } from '../domain/exclusion.js';
import { validityOf } from '../domain/health.js';
import { hostOf, type Model } from '../domain/model.js';
import { dayMs } from '../domain/period.js';
import type { Plan } from '../scheduler/port.js';
import type { RegistryRole, ShardFence } from '../store/fleet-port.js';
import { readPeriods } from '../store/excluded-periods.js';
import type { ModelKey, Store } from '../store/port.js';
import { createKeyDigests } from './key-digests.js';
import { raiseMonthCost, readMonthCosts } from './spent-month.js';
import { configure, letGo, pauseByHand, show, type Tracked } from './tracked.js';
import type { SharedDatabase } from './opened-database.js';
import type { Ownership } from './ownership.js';
import { linkProbes, restWithModels } from './probe-links.js';
import { readAgain } from './read-again.js';
import { rebaseAll } from './rebase-all.js';
import { lateRenames, leftOut, postponedRename, registeredOf, renamesOf } from './renames.js';
import { rememberDigests, restored, type NextDue } from './restored.js';

/** The currently monitored models. */
export interface Roster {
  get(id: string): Tracked | undefined;
  all(): Iterable<Tracked>;
  /**
   * Replaces the registry: adds new models, updates changed ones, removes missing ones. `nextDue` returns the Unix ms of a
   * model's next check for its view; null when none is planned, which is the default.
   */
  replace(
    models: readonly Model[],
    now: number,
    nextDue?: NextDue,
    right?: ChangeRight,
  ): Promise<RosterChange>;
  /**
   * Where instances share the store: reads models again, as after a restart. Resolves with the new states, which are in the place of
   * those of before, by these. Rejects with StoreError.
   */
  readAgain(ids: readonly string[], now: number, nextDue: NextDue): Promise<ReadonlyMap<Tracked, Tracked>>;
  /**
   * Makes the store agree with the registry after a failed `replace`, which the store may have done in part or may
   * complete later. Does nothing otherwise.
   */
  reconcile(now: number): Promise<void>;
  /** Moves the models to the new store that replaced a lost one; resolves with the keys that it knows then. */
  rebase(now: number): Promise<ReadonlySet<ModelKey>>;
  /** Pauses or resumes a model for an operator; takes effect on checks when the scheduler gets the new plans. */
  pauseByHand(tracked: Tracked, paused: boolean, now: number): void;
  /** Plans of all models for the scheduler. */
  plans(): Plan[];
}

/** What an instance may change of a registry that it shares. */
export interface ChangeRight {
  readonly fences: readonly ShardFence[];
  readonly role: RegistryRole;
  /** Id of the instance where others share the store: those that may check what it renames or removes are fenced off. */
  readonly own?: string;
}

export interface RosterChange {
  /** True when models were left as they are, since another instance has another configuration. */
  readonly postponed: boolean;
  readonly added: readonly Tracked[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** One per model whose `rename_from` is ignored because its id already has history. */
  readonly warnings: readonly string[];
}

/** Where one process has the store. */
const ownRight: ChangeRight = { fences: [], role: 'decides' };

export function createRoster(parts: {
  store: Store;
  changed: (tracked: Tracked) => void;
  shared?: {
    readonly ownership: Ownership;
    readonly models: SharedDatabase['models'];
    readonly registerAll: SharedDatabase['registerAll'];
    /** Called with a state that another one has taken the place of. */
    readonly forget: (tracked: Tracked) => void;
  };
}): Roster {
  const { store, shared } = parts;
  const ownership = shared?.ownership ?? null;
  let roster = new Map<string, Tracked>();

  let begun = false;
  /** True after a failed replacement that the store may have done in part. */
  let doubtful = false;
  let busy: Promise<unknown> = Promise.resolve();

  /** Serializes replacements, which would undo each other's store changes. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = busy.then(work);
    busy = turn.catch(() => undefined);
    return turn;
  };

  /** Tokens used on `day` by models that have a budget from now on. */
  const tokensUsed = async (
    next: ReadonlyMap<Model, Tracked>,
    day: number,
  ): Promise<Map<Tracked, number>> => {
    const used = new Map<Tracked, number>();
    for (const [{ id, tokensPerDay }, tracked] of next) {
      const watched = roster.get(id) === tracked && tracked.view.model.tokensPerDay !== null;
      if (tokensPerDay === null || watched) continue;
      const { inputTokens, outputTokens } = await store.counts(
        tracked.view.key,
        day * dayMs,
        (day + 1) * dayMs,
      );
      used.set(tracked, inputTokens + outputTokens);
    }
    return used;
  };

  /** Loads what people said of newly added models: exclusions, and acknowledgements of open incidents. */
  const readSaid = async (fresh: ReadonlyMap<ModelKey, Tracked>): Promise<void> => {
    if (fresh.size === 0) return;
    const byKey = new Map([...fresh.keys()].map((key): [ModelKey, ExcludedPeriod[]] => [key, []]));
    for (const { key, ...period } of await readPeriods(store)) byKey.get(key)?.push(period);
    const acknowledged = new Map((await store.acknowledged()).map(({ key, ...known }) => [key, known]));
    for (const [key, tracked] of fresh)
      show(tracked, { exclusions: byKey.get(key) ?? [], acknowledged: acknowledged.get(key) ?? null });
  };

  /** Models of the store that are not in the registry, including those removed while no daemon ran. */
  const strangers = async (next: Iterable<Tracked>): Promise<Map<ModelKey, string>> => {
    // Other instances add models of their own.
    const all =
      begun && ownership === null
        ? [...roster].map(([id, { view }]) => ({ id, key: view.key }))
        : await store.names([]);
    const left = new Map(all.map(({ id, key }) => [key, id]));
    for (const { view } of next) left.delete(view.key);
    return left;
  };

  const replace = async (
    written: readonly Model[],
    now: number,
    nextDue: NextDue,
    { fences, role, own }: ChangeRight,
  ): Promise<RosterChange> => {
    const mayRemove = role === 'decides';
    const all = role === 'follows' ? await registeredOf(store, written) : written;
    // Where instances share the store, a model is renamed only once nobody checks it under its former name.
    const renames = ownership === null ? new Set<Model>() : await renamesOf(store, all);
    const waiting = new Set(
      [...renames].filter(({ renameFrom }) => !mayRemove || (renameFrom !== null && roster.has(renameFrom))),
    );
    const models = waiting.size === 0 ? all : all.filter((model) => !waiting.has(model));
    const warnings = [
      ...(await lateRenames(store, models)),
      ...[...waiting].map(postponedRename),
      ...leftOut(written, all),
    ];
    const digestsOf = await createKeyDigests(store, models);
    // The store first: if it fails, nothing changes.
    const followed = new Map([...roster.values()].map((tracked) => [tracked.view.key, tracked]));
    const next = new Map<Model, Tracked>();
    const formerOf = ({ renameFrom }: Model): string | null => (mayRemove ? renameFrom : null);
    const unknown = models.filter(({ id }) => !roster.has(id));
    // Before they are read: whoever writes one later has another fence.
    const fenceBefore = new Map(unknown.map(({ id }) => [id, ownership?.fenceNow(id) ?? null]));
    const plain = unknown.filter((model) => formerOf(model) === null).map(({ id }) => id);
    const stored = new Map(
      (await shared?.registerAll(plain, now, fences))?.map((known) => [known.id, known]),
    );
    for (const model of models) {
      let tracked = roster.get(model.id);
      if (tracked === undefined) {
        const fence = fenceBefore.get(model.id) ?? null;
        const fencedOff = renames.has(model) ? own : undefined;
        const known =
          stored.get(model.id) ?? (await store.register(model.id, now, formerOf(model), fences, fencedOff));
        // A renamed model keeps its unwritten changes. Where instances share the store, its shard is another one.
        tracked =
          (ownership === null ? followed.get(known.key) : undefined) ??
          restored(model, known, nextDue, digestsOf);
        ownership?.bind(tracked, fence);
      }
      next.set(model, tracked);
    }
    const day = Math.floor(now / dayMs);
    const used = await tokensUsed(next, day);
    const costs = await readMonthCosts(
      store,
      next,
      ({ id }, tracked) => roster.get(id) === tracked && (tracked.view.model.usdPerMonth ?? null) !== null,
      now,
    );
    const isKnown = (tracked: Tracked): boolean => followed.get(tracked.view.key) === tracked;
    const fresh = [...next.values()].filter((tracked) => !isKnown(tracked));
    await readSaid(new Map(fresh.map((tracked) => [tracked.view.key, tracked])));
    const removed = await strangers(next.values());
    for (const [key, id] of removed)
      if ([...waiting].some(({ renameFrom }) => renameFrom === id)) removed.delete(key);
    if (removed.size > 0 && mayRemove) await store.retire([...removed.keys()], now, fences, own);

    const added: Tracked[] = [];
    const changed: string[] = [];
    for (const [model, tracked] of next) {
      const { modelChanged, toWrite } = configure(tracked, model, now);
      if (tracked.memory.keys?.digests === undefined) rememberDigests(tracked, digestsOf);
      if (toWrite) parts.changed(tracked);
      if (isKnown(tracked)) {
        if (modelChanged) changed.push(model.id);
        continue;
      }
      added.push(tracked);
      parts.changed(tracked);
    }
    for (const [tracked, tokens] of used)
      show(tracked, { tokensToday: atLeast(tracked.view.tokensToday, { day, tokens }) });
    for (const [tracked, cost] of costs) raiseMonthCost(tracked, cost);
    const kept = new Set(next.values());
    if (role !== 'waits') for (const tracked of roster.values()) if (!kept.has(tracked)) letGo(tracked);
    const gone = begun && mayRemove ? [...removed.values()] : [];
    roster = new Map([...next].map(([{ id }, tracked]) => [id, tracked]));
    linkProbes(roster.values());
    restWithModels(added, (id) => roster.get(id), now);
    begun = true;
    const postponed = waiting.size > 0 || all.length < written.length || (!mayRemove && removed.size > 0);
    return { added, removed: gone, changed, warnings, postponed };
  };

  const reconcile = async (now: number): Promise<void> => {
    const followed = new Map([...roster].map(([id, { view }]) => [view.key, id]));
    for (const { key, id, retiredAt } of await store.names([...roster.keys(), ...followed.keys()])) {
      const known = followed.get(key);
      // Where instances share the store, a model that this one does not have may be another's; only one with the right renames.
      if (ownership !== null) {
        if (known === id && retiredAt !== null) await store.register(id, now, null);
        continue;
      }
      if (known === undefined && retiredAt === null) await store.retire([key], now);
      if (known !== undefined && (known !== id || retiredAt !== null)) await store.register(known, now, id);
    }
    doubtful = false;
  };

  return {
    get: (id) => roster.get(id),
    all: () => roster.values(),
    replace: (models, now, nextDue = () => null, right = ownRight) =>
      inTurn(() =>
        replace(models, now, nextDue, right).catch((error: unknown) => {
          doubtful = begun;
          throw error;
        }),
      ),
    reconcile: (now) => inTurn(() => (doubtful ? reconcile(now) : Promise.resolve())),
    readAgain: (ids, now, nextDue) =>
      inTurn(async () => {
        const before = ids.flatMap((id) => roster.get(id) ?? []);
        if (shared === undefined || before.length === 0) return new Map<Tracked, Tracked>();
        const { swapped, gone } = await readAgain({ ...shared, store, before, now, nextDue, readSaid });
        for (const old of gone) {
          roster.delete(old.view.model.id);
          letGo(old);
          shared.forget(old);
        }
        for (const [old, tracked] of swapped) {
          roster.set(old.view.model.id, tracked);
          shared.forget(old);
          if (shared.ownership.fenceOf(tracked) !== null) parts.changed(tracked);
        }
        linkProbes(roster.values());
        return swapped;
      }),
    rebase: (now) =>
      inTurn(() => rebaseAll({ store, followed: [...roster.values()], changed: parts.changed, now })),
    pauseByHand(tracked, paused, now) {
      pauseByHand(tracked, paused, now);
      parts.changed(tracked);
    },
    plans: () =>
      [...roster.values()]
        .filter(
          (tracked) => !tracked.view.model.pause && (ownership === null || ownership.isPlanned(tracked)),
        )
        .map(({ view, memory }) => ({
          id: view.model.id,
          schedule: view.model.schedule,
          host: hostOf(view.model),
          ratePerMin: view.model.ratePerMin,
          validUntil: validityOf(memory.health),
          lastSlot: memory.health.settled,
          // Also of one that was not sent: of `rate_budget` the rate was used up then, and the scheduler has counted the others.
          lastStart: view.latest?.startedAt ?? null,
        })),
  };
}
