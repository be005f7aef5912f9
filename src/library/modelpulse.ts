import { classify as classifyReply } from '../checker/explain/classify-reply.js';
import { madeOnce } from '../domain/made-once.js';
import type {
  Classification,
  ModelReply,
  Monitor,
  MonitorOptions,
  Prober,
  ProberOptions,
} from './public-types.js';

export type * from './public-types.js';

/**
 * What a reply to a call of a model means: its reason, who has to act, and whether the same call may succeed later. A pure function of
 * the reply and the time; it never throws and takes time linear in the reply.
 */
export function classify(reply: ModelReply): Classification {
  return classifyReply(reply);
}

/** A prober, which checks models once each. It loads with its first check. */
export function createProber(options: ProberOptions = {}): Prober {
  let loading: Promise<Prober> | null = null;
  const loaded = madeOnce(async () => (await import('./prober.js')).createLoadedProber(options));
  return {
    async check(model, terms) {
      loading = loaded();
      return (await loading).check(model, terms);
    },
    async close() {
      const prober = await loading?.catch(() => null);
      await prober?.close();
    },
  };
}

/** Starts a monitor: the scheduler, the checks and the history of the daemon. Rejects where the configuration is not valid. */
export async function createMonitor(options: MonitorOptions): Promise<Monitor> {
  return (await import('./monitor.js')).startMonitor(options);
}
