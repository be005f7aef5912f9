import { hostname } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { OtlpSettings } from '../config/otlp.js';
import type { Settings } from '../config/settings.js';
import type { Clock } from '../domain/clock.js';
import type { ModelEvent } from '../domain/event.js';
import type { ModelView } from '../domain/view.js';
import type { Reading } from '../http/port.js';
import type { GenAiCounts } from '../metrics/gen-ai.js';
import { otlpResults, type OtlpTally } from '../metrics/otlp-tally.js';
import type { Push, Pushed, PushStart } from '../metrics/otlp/exporting.js';

/** Memory limit of the thread, in which all points of a request live at once. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

/** Pushes the metrics by the OpenTelemetry protocol; nothing is loaded before a configuration asks for it. */
export interface Otlp {
  /** Called with each configuration. */
  ensure(): void;
  observe(event: ModelEvent): void;
  /** Null before there was a receiver. */
  tally(): OtlpTally | null;
  stop(): Promise<void>;
}

export function createOtlp(parts: {
  settings: () => Settings;
  clock: Clock;
  log: Logger;
  version: string;
  exposition: () => Reading;
  /** The view of a model or of a probe. */
  view: (id: string) => ModelView | undefined;
  /** All of them. */
  views: () => Iterable<ModelView>;
  /** False for a model that another instance checks, which counts its results. */
  isOwn: (id: string) => boolean;
}): Otlp {
  const { settings, clock, log, version, view } = parts;
  const startedAt = clock.wall();
  let inForce: OtlpSettings | null = null;
  let worker: Worker | null = null;
  let timer: NodeJS.Timeout | undefined;
  let tally: Record<keyof OtlpTally, number> | null = null;
  let counts: GenAiCounts | null = null;
  let running = false;
  let stopped = false;
  /** The receiver whose failure was told last; null while pushes succeed. */
  let failing: OtlpSettings | null = null;
  /** The end of the push that runs. */
  let done: ((pushed: Pushed) => void) | null = null;

  const endThread = async (why: string): Promise<void> => {
    const ended = worker;
    worker = null;
    done?.({ result: 'failed', failure: why });
    await ended?.terminate();
  };

  const threadOf = (to: OtlpSettings): Worker => {
    const { host, port } = settings().server;
    const workerData: PushStart = {
      ...{ endpoint: to.endpoint, headers: to.headers, timeoutMs: to.timeoutMs, protocol: to.protocol },
      ...{ version, genAi: to.genAi },
      instance: `${host === '0.0.0.0' || host === '::' || host.startsWith('127.') ? hostname() : host}:${port}`,
    };
    // Variables such as OTEL_EXPORTER_OTLP_HEADERS would be read too.
    const started = new Worker(new URL('../app/otlp-thread.js', import.meta.url), {
      ...{ workerData, env: {}, resourceLimits },
    });
    started.unref();
    started.on('message', (pushed: Pushed) => {
      // A thread that was ended may have answered before; the push that waits now is not its own.
      if (worker === started) done?.(pushed);
    });
    const failed = (): void => {
      if (worker === started) void endThread('the thread ended');
    };
    started.on('error', failed).on('exit', failed);
    return started;
  };

  async function read(): Promise<Push> {
    const reading = parts.exposition();
    const found: Uint8Array[] = [];
    try {
      for await (const chunk of reading.chunks)
        found.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : new Uint8Array(chunk));
    } finally {
      reading.leave();
    }
    const models = new Map<string, number>();
    for (const { model, health } of parts.views()) models.set(model.id, health.firstSeen);
    return {
      parts: found,
      at: clock.wall(),
      begun: { process: startedAt, models },
      genAi: counts?.series((id) => view(id)?.model) ?? [],
    };
  }

  const isWanted = (to: OtlpSettings): boolean => !stopped && to === inForce;

  /** Ends within the interval, whatever the receiver does; null where a reload or the end of the daemon came first. */
  async function push(to: OtlpSettings): Promise<Pushed | null> {
    const what = await read();
    // A thread for the former receiver would be kept for the one that is configured now.
    if (!isWanted(to)) return null;
    worker ??= threadOf(to);
    const thread = worker;
    let limit: NodeJS.Timeout | undefined;
    try {
      const pushed = await new Promise<Pushed>((resolve) => {
        done = resolve;
        limit = setTimeout(() => {
          void endThread('no end within the interval');
        }, to.everyMs);
        thread.postMessage(
          what,
          what.parts.map(({ buffer }) => buffer as ArrayBuffer),
        );
      });
      return isWanted(to) ? pushed : null;
    } finally {
      clearTimeout(limit);
      done = null;
    }
  }

  function told(to: OtlpSettings, pushed: Pushed): void {
    if (pushed.result === 'failed') {
      // One that is configured while another fails is told of by itself.
      if (failing !== to) log.warn({ failure: pushed.failure }, 'metrics cannot be pushed');
    } else if (failing !== null) log.info({ points: pushed.points }, 'metrics are pushed again');
    failing = pushed.result === 'failed' ? to : null;
  }

  async function turn(): Promise<void> {
    const to = inForce;
    if (to === null || tally === null) return;
    if (running) {
      tally.skipped += 1;
      return;
    }
    running = true;
    try {
      const pushed = await push(to);
      if (pushed === null) return;
      tally[pushed.result] += 1;
      told(to, pushed);
    } catch (err) {
      tally.failed += 1;
      log.error({ err }, 'metrics cannot be read for a push');
    } finally {
      running = false;
    }
  }

  const countsGenAi = (): boolean => (inForce?.genAi ?? null) !== null;

  function schedule(): void {
    if (stopped || inForce === null) return;
    timer = setTimeout(() => {
      schedule();
      void turn();
    }, inForce.everyMs).unref();
  }

  return {
    ensure() {
      const wanted = settings().otlp ?? null;
      if (stopped || JSON.stringify(wanted) === JSON.stringify(inForce)) return;
      inForce = wanted;
      clearTimeout(timer);
      void endThread('another receiver is configured');
      // It loads what it needs in the interval before the first push.
      if (wanted !== null) {
        worker = threadOf(wanted);
        tally ??= { ...Object.fromEntries(otlpResults.map((result) => [result, 0])) } as OtlpTally;
      }
      if (!countsGenAi()) counts = null;
      else if (counts === null)
        void import('../metrics/gen-ai.js').then(({ createGenAiCounts }) => {
          if (countsGenAi()) counts ??= createGenAiCounts();
        });
      schedule();
    },
    observe(event) {
      if (counts === null || event.kind !== 'result' || !parts.isOwn(event.model)) return;
      counts.observe(event.model, event.result);
    },
    tally: () => tally,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await endThread('the daemon stops');
    },
  };
}
