import { createProber } from '../checker/prober.js';
import type { LoadedConfig } from '../config/load.js';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import type { Model } from '../domain/model.js';
import type { HealthAnswer } from '../http/health-shape.js';
import { HttpError } from '../http/http-error.js';
import type { HealthApi } from '../http/port.js';
import type { createUnrecordedAttempt } from './runner.js';
import type { Roster } from './roster.js';
import type { Tracked } from './tracked.js';

/** Checks for callers at one time; they wait for nobody, so that the registry's are not kept from their slots. */
const concurrency = 16;

/** A proxy would look names up by itself, out of sight of the guard. */
function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/_proxy$/i.test(name)));
}

/** The checks that callers of the health API ask for: by the builtin prober, behind a guard, recorded nowhere. */
export function createHealthApi(parts: {
  clock: Clock;
  userAgent: string;
  config: () => LoadedConfig;
  roster: Roster;
  attempt: ReturnType<typeof createUnrecordedAttempt>;
  /** Takes a place in the model's rate; false when none is left. */
  spend: (id: string) => boolean;
}): HealthApi & { close(): void } {
  const { config, roster } = parts;
  const stopping = new AbortController();
  let running = 0;
  let prober: (ReturnType<typeof createProber> & { readonly terms: string; running: number }) | null = null;

  /** The prober for the terms in force; what runs by another ends with that. */
  const proberFor = ({ allowPrivate, allowHosts }: Settings['healthApi']) => {
    const terms = JSON.stringify([allowPrivate, allowHosts]);
    if (prober?.terms === terms) return prober;
    const { clock, userAgent } = parts;
    if (prober?.running === 0) prober.close();
    const made = createProber({
      clock,
      userAgent,
      reuseConnections: false,
      guard: allowPrivate ? null : { allowHosts },
      env: allowPrivate ? process.env : withoutProxies(process.env),
    });
    prober = { ...made, terms, running: 0 };
    return prober;
  };

  async function checkRequested(model: Model, signal: AbortSignal): Promise<HealthAnswer> {
    const used = proberFor(config().settings.healthApi);
    used.running += 1;
    const result = await used.check(model, signal);
    used.running -= 1;
    if (used !== prober && used.running === 0) used.close();
    return { query: model.query, result };
  }

  async function ask(
    signal: AbortSignal,
    check: (signal: AbortSignal) => Promise<HealthAnswer>,
  ): Promise<HealthAnswer> {
    if (running >= concurrency)
      throw new HttpError(503, 'busy', `${concurrency} checks are running already; try again soon`);
    running += 1;
    try {
      return await check(AbortSignal.any([signal, stopping.signal]));
    } finally {
      running -= 1;
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
    async ask(body, signal) {
      const requested = config().requested(body);
      if ('problems' in requested) return requested;
      const { model } = requested;
      return ask(signal, (either) => checkRequested(model, either));
    },
    async askSaved(name, version, signal) {
      const tracked = saved(name, version);
      if (tracked === undefined) return null;
      const { view } = tracked;
      if (view.model.pause) throw new HttpError(409, 'paused', 'the model is paused');
      return ask(signal, async (either) => {
        const overRate = !parts.spend(view.model.id);
        return { query: view.model.query, result: await parts.attempt(tracked, view, overRate, either) };
      });
    },
    close() {
      stopping.abort();
      prober?.close();
    },
  };
}
