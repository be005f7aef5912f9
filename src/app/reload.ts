import type { Logger } from 'pino';
import { ConfigError, type LoadedConfig } from '../config/read/load.js';
import type { StoragePlace } from '../config/settings.js';
import type { Caller } from '../http/port.js';
import type { RosterChange } from './roster.js';

const mostNamed = 20;

export type Trigger = 'signal' | 'request' | 'content';

export interface Reloaded {
  /** Why the reload failed: errors of the configuration or of the store. Empty when the configuration is applied. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** True if the configuration is valid, but the store failed. */
  readonly unapplied: boolean;
}

/** The current configuration; only the reloader replaces it. */
export interface InForce {
  config: LoadedConfig;
}

export interface Reloader {
  /**
   * Loads and applies the configuration. Calls run one at a time; calls made while one waits are joined with it, and the
   * log names the first caller. Never rejects.
   */
  reload(trigger: Trigger, caller?: Caller): Promise<Reloaded>;
  /** True when the newest attempt failed because of the store, not the configuration; a retry may succeed. */
  readonly failing: boolean;
  /** Unix ms at which the configuration in force was applied. */
  readonly inForceSince: number;
  /** Problems of the newest attempt when it was refused; empty when it was applied. */
  readonly refused: readonly string[];
  /** Files and directories to watch, including those of the newest refused attempt. */
  readonly watched: readonly string[];
}

function changedPlace(before: StoragePlace, next: StoragePlace): string[] {
  if (before.kind === 'postgres' || next.kind === 'postgres')
    return JSON.stringify(before) === JSON.stringify(next) ? [] : ['storage.url'];
  return [
    ...(before.path !== next.path ? ['storage.path'] : []),
    ...(before.onCorrupt !== next.onCorrupt ? ['storage.on_corrupt'] : []),
  ];
}

/** Changed sections that need a restart to take effect. */
function needRestart(before: LoadedConfig, after: LoadedConfig): string[] {
  const { server, storage, checker } = before.settings;
  const next = after.settings;
  const listens = server.host !== next.server.host || server.port !== next.server.port;
  return [
    ...(listens ? ['server.listen'] : []),
    ...changedPlace(storage.place, next.storage.place),
    ...(checker.concurrency !== next.checker.concurrency ? ['checker.concurrency'] : []),
    ...(checker.perHost !== next.checker.perHost ? ['checker.per_host'] : []),
  ];
}

/** Limits a list of names to the length of a log line. */
function some(ids: readonly string[]): readonly string[] {
  return ids.length <= mostNamed ? ids : [...ids.slice(0, mostNamed), `${ids.length - mostNamed} more`];
}

interface Asked {
  readonly trigger: Trigger;
  readonly caller?: Caller;
}

/** The fields of a log line on a reload. */
function fieldsOf({ trigger, caller }: Asked) {
  if (caller === undefined) return { trigger };
  return { trigger, address: caller.address, user_agent: caller.userAgent };
}

/** Applies a new configuration without a restart: parse, validate, then swap. An invalid one changes nothing. */
export function createReloader(parts: {
  inForce: InForce;
  /** May resolve with the configuration in force itself when no content has changed. */
  load: (inForce: LoadedConfig) => Promise<LoadedConfig>;
  apply: (config: LoadedConfig) => Promise<RosterChange>;
  reloaded: (successful: boolean) => void;
  log: Logger;
  now: () => number;
}): Reloader {
  const { inForce, log } = parts;
  let running: Promise<unknown> = Promise.resolve();
  let waiting: { asked: Asked; turn: Promise<Reloaded> } | null = null;
  /** Error of the newest attempt if it was not caused by the configuration. */
  let fault: string | null = null;

  /** Problems of the newest attempt if it was refused, else null. */
  let refusal: { readonly problems: readonly string[]; readonly files: readonly string[] } | null = null;

  let inForceSince = parts.now();

  const accepted = (): void => {
    refusal = null;
    fault = null;
    parts.reloaded(true);
  };

  const refuse = (asked: Asked, error: unknown): readonly string[] => {
    const { trigger } = asked;
    const known = refusal?.problems.join('\n');
    const bad = error instanceof ConfigError;
    refusal = bad ? error : { problems: [], files: [] };
    const message = error instanceof Error ? error.message : 'unknown error';
    const again = trigger === 'content' && message === fault;
    fault = bad ? null : message;
    // Watching more files triggers another reload of the same content.
    if (bad && trigger === 'content' && error.message === known) return error.problems;
    parts.reloaded(false);
    if (bad) {
      log.error(
        { ...fieldsOf(asked), problems: error.problems },
        'reload failed; the previous configuration stays in effect',
      );
      return error.problems;
    }
    // The file watch retries every second.
    if (!again)
      log.error(
        { ...fieldsOf(asked), err: error },
        'configuration cannot be applied; the previous one stays in effect',
      );
    return [`the configuration cannot be applied: ${message}`];
  };

  /** Loads and applies the configuration; returns its warnings. */
  const load = async (asked: Asked): Promise<readonly string[]> => {
    const { trigger } = asked;
    const next = await parts.load(inForce.config);
    if (trigger === 'content' && next.fingerprint === inForce.config.fingerprint) {
      // The invalid change was reverted.
      if (refusal !== null) accepted();
      return [];
    }
    const restart = needRestart(inForce.config, next);
    const change = await parts.apply(next);
    inForce.config = next;
    inForceSince = parts.now();
    accepted();
    const warnings = [...next.warnings, ...change.warnings];
    for (const warning of warnings) log.warn({ warning }, 'configuration warning');
    if (restart.length > 0)
      log.warn({ sections: restart }, 'setting requires a restart; the previous value stays in effect');
    log.info(
      {
        ...fieldsOf(asked),
        models: next.settings.models.length,
        added: some(change.added.map(({ view }) => view.model.id)),
        removed: some(change.removed),
        changed: some(change.changed),
      },
      'configuration reloaded',
    );
    return warnings;
  };

  return {
    reload(trigger, caller) {
      const asked: Asked = { trigger, ...(caller && { caller }) };
      if (waiting !== null) {
        if (waiting.asked.trigger === 'content') waiting.asked = asked;
        return waiting.turn;
      }
      const next = {
        asked,
        turn: Promise.resolve<Reloaded>({ problems: [], warnings: [], unapplied: false }),
      };
      next.turn = running
        .then(() => {
          waiting = null;
          return load(next.asked);
        })
        .then(
          (warnings) => ({ problems: [], warnings, unapplied: false }),
          (error: unknown) => ({
            problems: refuse(next.asked, error),
            warnings: [],
            unapplied: !(error instanceof ConfigError),
          }),
        );
      waiting = next;
      running = next.turn;
      return next.turn;
    },
    get inForceSince() {
      return inForceSince;
    },
    get refused() {
      const problems = refusal?.problems ?? [];
      return problems.length > 0 || fault === null ? problems : [fault];
    },
    get failing() {
      return fault !== null;
    },
    get watched() {
      return [...new Set([...inForce.config.files, ...(refusal?.files ?? [])])];
    },
  };
}
