import { setMaxListeners } from 'node:events';
import type { Shared } from '../checker/transport/exchange-limits.js';
import { createHeldBytes } from '../checker/transport/held-bytes.js';
import { createLookup, type SystemLookup } from '../checker/transport/lookup.js';
import { createProber } from '../checker/prober.js';
import { secretsOf } from '../checker/secrets/model-secrets.js';
import { withFixedQuestion } from '../config/model/asking.js';
import type { LoadedConfig } from '../config/read/load.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import type { HealthAnswer } from '../http/shapes/health-shape.js';
import { HttpError } from '../http/http-error.js';
import type { HealthApi } from '../http/port.js';
import type { createUnrecordedAttempt } from './attempt.js';
import type { Roster } from './roster.js';
import type { Tracked } from './tracked.js';

/** Most concurrent checks for callers; further ones are refused, not queued, so that scheduled checks are not delayed. */
const concurrency = 16;
/** Most concurrent DNS look-ups for callers: half of Node's look-up threads; the rest is for the registry. */
const lookups = 16;

/** Most secrets that are searched for in the texts of a caller's check: keys, query values, header values and their words. */
const mostSecrets = 64;
const tooManySecrets = {
  path: ['endpoint_configuration', 'model_config'],
  message: `has more than ${mostSecrets} secrets (keys, query values, custom_headers values and their words); at most ${mostSecrets} secrets are allowed`,
};

type Prober = ReturnType<typeof createProber> & { readonly terms: string; running: number };

/** Removes proxy variables: a proxy resolves names itself and so bypasses the guard. */
function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/_proxy$/i.test(name)));
}

/** Concurrency limit shared by callers. */
interface Places {
  /** True when this key may take a place. With several keys, each may take half of `total`. */
  free(key: string): boolean;
  /** Takes a place; the returned function releases it and is idempotent. */
  take(key: string): () => void;
}

/** Creates `total` places, of which one key may take half; all if `alone` returns true. */
function createPlaces(total: number, alone: () => boolean): Places {
  const taken = new Map<string, number>();
  let all = 0;

  return {
    free: (key) => all < total && (taken.get(key) ?? 0) < (alone() ? total : Math.ceil(total / 2)),
    take(key) {
      all += 1;
      taken.set(key, (taken.get(key) ?? 0) + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        all -= 1;
        const left = (taken.get(key) ?? 1) - 1;
        if (left === 0) taken.delete(key);
        else taken.set(key, left);
      };
    },
  };
}

/** Runs checks for callers of the health API: with the builtin prober, guarded against private addresses, not recorded. */
export function createHealthApi(parts: {
  clock: Clock;
  userAgent: string;
  config: () => LoadedConfig;
  roster: Roster;
  attempt: ReturnType<typeof createUnrecordedAttempt>;
  /** Counts a request against the model's rate; false when there is no room. */
  spend: (id: string) => boolean;
  /** Shared with the checks of the registry, but for the bytes of replies: those of callers push out no other. */
  shared: Shared;
  /** Name resolution; the system's unless set. */
  resolve?: SystemLookup;
}): HealthApi & { close(): void } {
  const { config, roster } = parts;
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const keys = (): readonly string[] => config().settings.healthApi.apiKeys.filter((key) => key !== '');
  const alone = (): boolean => keys().length < 2;
  const checkPlaces = createPlaces(concurrency, alone);
  const lookupPlaces = createPlaces(lookups, alone);
  /** One per key, so that callers do not queue behind each other's look-ups and jq programs. */
  const probers = new Map<string, Prober>();
  const shared = { ...parts.shared, held: createHeldBytes() };

  function drop(key: string, prober: Prober): void {
    probers.delete(key);
    if (prober.running === 0) prober.close();
  }

  /** The caller's prober for the current guard settings; checks on an older one finish on it. */
  function proberFor(caller: string): Prober {
    const { allowPrivate, allowHosts } = config().settings.healthApi;
    const terms = JSON.stringify([allowPrivate, allowHosts]);
    const known = new Set(keys());
    for (const [key, prober] of probers) if (prober.terms !== terms || !known.has(key)) drop(key, prober);
    const present = probers.get(caller);
    if (present !== undefined) return present;
    const { clock, userAgent, resolve } = parts;
    const admit = () => (lookupPlaces.free(caller) ? lookupPlaces.take(caller) : null);
    const made = createProber({
      clock,
      userAgent,
      reuseConnections: false,
      shared,
      lookup: createLookup(resolve, admit),
      guard: allowPrivate ? null : { allowHosts },
      keepTokens: false,
      env: allowPrivate ? process.env : withoutProxies(process.env),
    });
    const prober = { ...made, terms, running: 0 };
    probers.set(caller, prober);
    return prober;
  }

  async function checkRequested(model: Model, signal: AbortSignal, caller: string): Promise<HealthAnswer> {
    const used = proberFor(caller);
    used.running += 1;
    try {
      return { query: model.query, result: await used.check(model, signal) };
    } finally {
      used.running -= 1;
      if (probers.get(caller) !== used && used.running === 0) used.close();
    }
  }

  /** Runs a check; abandoned look-ups keep their places until they end. */
  async function ask(
    caller: string,
    signal: AbortSignal,
    check: (signal: AbortSignal) => Promise<HealthAnswer>,
  ): Promise<HealthAnswer> {
    if (!checkPlaces.free(caller) || !lookupPlaces.free(caller))
      throw new HttpError(
        503,
        'busy',
        'too many checks or name look-ups of callers are running; try again soon',
      );
    const leave = checkPlaces.take(caller);
    // AbortSignal.any would leave an entry in the signal of the daemon's stop with each check.
    const either = new AbortController();
    const abort = (): void => either.abort();
    const signals = [signal, stopping.signal];
    for (const each of signals) each.addEventListener('abort', abort);
    if (signals.some(({ aborted }) => aborted)) abort();
    try {
      return await check(either.signal);
    } finally {
      for (const each of signals) each.removeEventListener('abort', abort);
      leave();
    }
  }

  const saved = (name: string, version: string | null): Tracked | undefined => {
    const fits = ({ view: { model } }: Tracked): boolean => {
      const { model_saved_name: savedName, model_version: savedVersion } = model.endpointConfiguration;
      return savedName === name && (version === null || savedVersion === version);
    };
    return roster.get(name) ?? [...roster.all()].find(fits);
  };

  return {
    terms: () => config().settings.healthApi,
    async ask(body, signal, caller) {
      const requested = config().requested(body);
      if ('problems' in requested) return requested;
      const { model } = requested;
      if (new Set(secretsOf(model).map((secret) => secret.trim())).size > mostSecrets)
        return { problems: [tooManySecrets] };
      return ask(caller, signal, (either) => checkRequested(model, either, caller));
    },
    async askSaved(name, version, signal, caller) {
      const tracked = saved(name, version);
      if (tracked === undefined) return null;
      const { view } = tracked;
      if (view.model.pause) throw new HttpError(409, 'paused', 'the model is paused');
      return ask(caller, signal, async (either) => {
        const overRate = !parts.spend(view.model.id);
        const asked = withFixedQuestion(view.model);
        return { query: asked.query, result: await parts.attempt(tracked, overRate, either, asked) };
      });
    },
    close() {
      stopping.abort();
      for (const prober of probers.values()) prober.close();
    },
  };
}
