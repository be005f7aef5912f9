import type { RateLimitPluginOptions } from '@fastify/rate-limit';

type StoreConstructor = NonNullable<RateLimitPluginOptions['store']>;

/**
 * Counts calls by key in windows that begin with a key's first call, by monotonic ms: the plugin's own counts go by the
 * wall clock, and a window that began while that was ahead stays open until it is there again. A class, because the
 * plugin wants a constructor.
 */
export function callCounts(monotonic: () => number): StoreConstructor {
  const windows = new Map<string, { calls: number; readonly until: number }>();
  return class CallCounts {
    incr(...[key, callback, windowMs]: Parameters<InstanceType<StoreConstructor>['incr']>): void {
      const now = monotonic();
      let window = windows.get(key);
      if (window === undefined || window.until <= now) {
        for (const [other, { until }] of windows) if (until <= now) windows.delete(other);
        window = { calls: 0, until: now + windowMs };
        windows.set(key, window);
      }
      window.calls += 1;
      callback(null, { current: window.calls, ttl: Math.ceil(window.until - now) });
    }

    child(): this {
      return this;
    }
  };
}
