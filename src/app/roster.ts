import { atLeast } from '../domain/budget.js';
import { lostReason, type ExcludedPeriod } from '../domain/exclusion.js';
import { validityOf } from '../domain/health.js';
import { keysKnown } from '../domain/keys.js';
import { hostOf, type Model } from '../domain/model.js';
import { dayMs } from '../domain/period.js';
import type { Plan } from '../scheduler/port.js';
import { readPeriods } from '../store/excluded-periods.js';
import type { ModelKey, Store, StoredModel } from '../store/port.js';
import { createKeyDigests, type KeyDigests } from './key-digests.js';
import {
  configure,
  follow,
  letGo,
  pauseByHand,
  rebase,
  rememberKeys,
  show,
  type Tracked,
} from './tracked.js';

const spanOf = ({ from, to, createdAt }: ExcludedPeriod): string => `${from} ${to} ${createdAt}`;

type NextDue = (id: string) => number | null;

/** The currently monitored models. */
export interface Roster {
  get(id: string): Tracked | undefined;
  all(): Iterable<Tracked>;
  /**
   * Replaces the registry: adds new models, updates changed ones, removes missing ones. `nextDue` returns the Unix ms of a
   * model's next check for its view; null when none is planned, which is the default.
   */
  replace(models: readonly Model[], now: number, nextDue?: NextDue): Promise<RosterChange>;
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

export interface RosterChange {
  readonly added: readonly Tracked[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** One per model whose `rename_from` is ignored because its id already has history. */
  readonly warnings: readonly string[];
}

/** A model with its stored memory, where the health of keys that were replaced meanwhile is unknown. */
function restored(model: Model, stored: StoredModel, nextDue: NextDue, digestsOf: KeyDigests): Tracked {
  const tracked = follow(model, stored, nextDue);
  const { keys } = tracked.memory;
  if (keys !== null) rememberKeys(tracked, keysKnown(keys, digestsOf(model)));
  return tracked;
}

function rememberDigests(tracked: Tracked, digestsOf: KeyDigests): void {
  const { memory, view } = tracked;
  if (memory.keys !== null) rememberKeys(tracked, { ...memory.keys, digests: digestsOf(view.model) });
}

export function createRoster(parts: { store: Store; changed: (tracked: Tracked) => void }): Roster {
  const { store } = parts;
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

  /** Loads the exclusions of newly added models. */
  const readExclusions = async (fresh: ReadonlyMap<ModelKey, Tracked>): Promise<void> => {
    if (fresh.size === 0) return;
    const byKey = new Map([...fresh.keys()].map((key): [ModelKey, ExcludedPeriod[]] => [key, []]));
    for (const { key, ...period } of await readPeriods(store)) byKey.get(key)?.push(period);
    for (const [key, tracked] of fresh) show(tracked, { exclusions: byKey.get(key) ?? [] });
  };

  /** Models of the store that are not in the registry, including those removed while no daemon ran. */
  const strangers = async (next: Iterable<Tracked>): Promise<Map<ModelKey, string>> => {
    const all = begun ? [...roster].map(([id, { view }]) => ({ id, key: view.key })) : await store.names([]);
    const left = new Map(all.map(({ id, key }) => [key, id]));
    for (const { view } of next) left.delete(view.key);
    return left;
  };

  /** Warnings on renamed models whose new id already has history. */
  const lateRenames = async (models: readonly Model[]): Promise<string[]> => {
    const renamed = models.filter(({ renameFrom }) => renameFrom !== null);
    if (renamed.length === 0) return [];
    const asked = renamed.flatMap(({ id, renameFrom }) => [id, ...(renameFrom === null ? [] : [renameFrom])]);
    const known = new Set((await store.names(asked)).map(({ id }) => id));
    return renamed.flatMap(({ id, renameFrom }) =>
      renameFrom !== null && known.has(id) && known.has(renameFrom)
        ? [
            `"rename_from" of "${id}" has no effect: "${id}" has a history already, and that of "${renameFrom}" stays under its own id`,
          ]
        : [],
    );
  };

  const replace = async (models: readonly Model[], now: number, nextDue: NextDue): Promise<RosterChange> => {
    const warnings = await lateRenames(models);
    const digestsOf = await createKeyDigests(store, models);
    // The store first: if it fails, nothing changes.
    const followed = new Map([...roster.values()].map((tracked) => [tracked.view.key, tracked]));
    const next = new Map<Model, Tracked>();
    for (const model of models) {
      let tracked = roster.get(model.id);
      if (tracked === undefined) {
        const known = await store.register(model.id, now, model.renameFrom);
        // A renamed model keeps its unwritten changes.
        tracked = followed.get(known.key) ?? restored(model, known, nextDue, digestsOf);
      }
      next.set(model, tracked);
    }
    const day = Math.floor(now / dayMs);
    const used = await tokensUsed(next, day);
    const fresh = [...next.values()].filter(({ view }) => !followed.has(view.key));
    await readExclusions(new Map(fresh.map((tracked) => [tracked.view.key, tracked])));
    const removed = await strangers(next.values());
    if (removed.size > 0) await store.retire([...removed.keys()], now);

    const added: Tracked[] = [];
    const changed: string[] = [];
    for (const [model, tracked] of next) {
      const { modelChanged, toWrite } = configure(tracked, model, now);
      if (tracked.memory.keys?.digests === undefined) rememberDigests(tracked, digestsOf);
      if (toWrite) parts.changed(tracked);
      if (followed.has(tracked.view.key)) {
        if (modelChanged) changed.push(model.id);
        continue;
      }
      added.push(tracked);
      parts.changed(tracked);
    }
    for (const [tracked, tokens] of used)
      show(tracked, { tokensToday: atLeast(tracked.view.tokensToday, { day, tokens }) });
    for (const key of removed.keys()) {
      const tracked = followed.get(key);
      if (tracked !== undefined) letGo(tracked);
    }
    const gone = begun ? [...removed.values()] : [];
    roster = new Map([...next].map(([{ id }, tracked]) => [id, tracked]));
    begun = true;
    return { added, removed: gone, changed, warnings };
  };

  const rebaseAll = async (now: number): Promise<ReadonlySet<ModelKey>> => {
    const models = [...roster.values()].map(({ view }) => view.model);
    const digestsOf = await createKeyDigests(store, models);
    const known = new Set((await store.names([])).map(({ key }) => key));
    for (const tracked of roster.values()) {
      const { view } = tracked;
      // An attempt that failed has moved some of them.
      if (known.has(view.key)) continue;
      const { key } = await store.register(view.model.id, now, null);
      const ahead = view.exclusions.filter(({ to }) => to > now);
      // Where an attempt failed half-way, some are stored already.
      const stored = new Map((await store.exclusions(key)).map((known) => [spanOf(known), known]));
      const exclusions: ExcludedPeriod[] = [];
      for (const period of ahead)
        exclusions.push(
          stored.get(spanOf(period)) ?? (await store.exclude(key, { ...period, reason: lostReason })),
        );
      show(tracked, { exclusions });
      rebase(tracked, key, now);
      rememberDigests(tracked, digestsOf);
      parts.changed(tracked);
      known.add(key);
    }
    return known;
  };

  const reconcile = async (now: number): Promise<void> => {
    const followed = new Map([...roster].map(([id, { view }]) => [view.key, id]));
    for (const { key, id, retiredAt } of await store.names([...roster.keys(), ...followed.keys()])) {
      const known = followed.get(key);
      if (known === undefined && retiredAt === null) await store.retire([key], now);
      if (known !== undefined && (known !== id || retiredAt !== null)) await store.register(known, now, id);
    }
    doubtful = false;
  };

  return {
    get: (id) => roster.get(id),
    all: () => roster.values(),
    replace: (models, now, nextDue = () => null) =>
      inTurn(() =>
        replace(models, now, nextDue).catch((error: unknown) => {
          doubtful = begun;
          throw error;
        }),
      ),
    reconcile: (now) => inTurn(() => (doubtful ? reconcile(now) : Promise.resolve())),
    rebase: (now) => inTurn(() => rebaseAll(now)),
    pauseByHand(tracked, paused, now) {
      pauseByHand(tracked, paused, now);
      parts.changed(tracked);
    },
    plans: () =>
      [...roster.values()]
        .filter(({ view }) => !view.model.pause)
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
