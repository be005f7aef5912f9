import { createChecker } from '../../app/checking.js';
import type { Settings } from '../../config/settings.js';
import { systemClock } from '../../domain/clock.js';
import { hostOf, type Model } from '../../domain/model.js';
import type { Outcome } from '../../domain/reason.js';
import { notSent, type CheckResult } from '../../domain/result.js';
import { packageVersion } from '../package-files.js';

/** Last result of a model in a run of `check`. */
export interface GateRow {
  readonly model: Model;
  readonly result: CheckResult;
  /** Checks that were made. */
  readonly attempts: number;
  /** False where `--timeout` came first, so that the result says nothing of the model. */
  readonly ended: boolean;
}

export interface GateTerms {
  /** Outcomes that are tried again, and fail in the end. */
  readonly failOn: readonly Outcome[];
  /** Most further checks of a model with such an outcome. */
  readonly retries: number;
  /** ms for all checks; null for no limit. */
  readonly timeoutMs: number | null;
}

/** True when the row makes the command exit with 1. */
export function fails({ result, ended }: GateRow, { failOn }: Pick<GateTerms, 'failOn'>): boolean {
  return !ended || failOn.includes(result.outcome);
}

/** Longest wait that a provider may ask for. */
const longestAskedMs = 60_000;

/** ms before a failure is checked again: as the daemon waits before it confirms one, and as the provider asks. */
function waitBefore({ confirm }: Model, { retryAfterMs }: CheckResult): number {
  return Math.max(confirm.recheckAfterMs, Math.min(retryAfterMs ?? 0, longestAskedMs));
}

/** Resolves after `ms`, or when the signal aborts. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

/** Checks every model within the configured limits, again where it fails; calls `done` after each model. */
export async function checkAll(
  settings: Settings,
  models: readonly Model[],
  terms: GateTerms,
  done: () => void,
): Promise<GateRow[]> {
  const checker = createChecker(systemClock, packageVersion());
  checker.configure(settings);
  const { concurrency, perHost } = settings.checker;
  const over = new AbortController();
  const { signal } = over;
  /** Changes while a check is waited for, which the compiler does not see. */
  const isOver = (): boolean => signal.aborted;
  const timer = terms.timeoutMs === null ? undefined : setTimeout(() => over.abort(), terms.timeoutMs);
  const rows = new Map<Model, GateRow>();
  const waiting = new Set(models);
  const running = new Map<string, number>();

  async function tried(model: Model): Promise<GateRow> {
    let attempts = 0;
    let result = notSent(systemClock.wall(), 'internal_error', 'unknown', null);
    do {
      if (attempts > 0) await wait(waitBefore(model, result), signal);
      if (isOver()) break;
      const next = await checker.check(model, signal);
      if (isOver()) break;
      attempts += 1;
      result = next;
      // What was not sent, as without a key, ends in the same way each time.
    } while (
      terms.failOn.includes(result.outcome) &&
      result.durationMs !== null &&
      attempts <= terms.retries
    );
    if (attempts > 0) return { model, result, attempts, ended: true };
    const detail = 'not checked within the time of --timeout';
    return { model, result: { ...result, detail }, attempts, ended: false };
  }

  const worker = async (): Promise<void> => {
    for (;;) {
      const model = [...waiting].find((candidate) => (running.get(hostOf(candidate)) ?? 0) < perHost);
      if (model === undefined) return;
      const host = hostOf(model);
      waiting.delete(model);
      running.set(host, (running.get(host) ?? 0) + 1);
      rows.set(model, await tried(model));
      running.set(host, (running.get(host) ?? 0) - 1);
      done();
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, models.length) }, worker));
  clearTimeout(timer);
  checker.close();
  return models.flatMap((model) => rows.get(model) ?? []);
}
