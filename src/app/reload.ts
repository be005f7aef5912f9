import type { Logger } from 'pino';
import { ConfigError, type LoadedConfig } from '../config/load.js';
import type { RosterChange } from './roster.js';

const mostNamed = 20;

export type Trigger = 'signal' | 'request' | 'content';

export interface Reloader {
  /**
   * Loads and applies the configuration, one call after another; calls that come while one waits are one with it. Never rejects. The problems, when it was refused, by
   * what is wrong in it or by a store that fails, and nothing changed.
   */
  reload(trigger: Trigger): Promise<readonly string[]>;
  readonly current: LoadedConfig;
  /** The newest attempt failed, by a store that fails and not by what is wrong in the configuration: it is worth another try. */
  readonly failing: boolean;
  /** Files and directories whose change may mend or change it: also those of the newest attempt that was refused. */
  readonly watched: readonly string[];
}

/** Sections whose change only a restart puts in force. */
function needRestart(before: LoadedConfig, after: LoadedConfig): string[] {
  const { server, storage, checker } = before.settings;
  const next = after.settings;
  const listens = server.host !== next.server.host || server.port !== next.server.port;
  return [
    ...(listens ? ['server.listen'] : []),
    ...(storage.path !== next.storage.path ? ['storage.path'] : []),
    ...(storage.onCorrupt !== next.storage.onCorrupt ? ['storage.on_corrupt'] : []),
    ...(checker.concurrency !== next.checker.concurrency ? ['checker.concurrency'] : []),
    ...(checker.perHost !== next.checker.perHost ? ['checker.per_host'] : []),
  ];
}

/** As many names as a log line holds. */
function some(ids: readonly string[]): readonly string[] {
  return ids.length <= mostNamed ? ids : [...ids.slice(0, mostNamed), `${ids.length - mostNamed} more`];
}

/** Puts a new configuration in force without a restart: parse, validate, then swap. A bad one changes nothing. */
export function createReloader(parts: {
  initial: LoadedConfig;
  load: () => Promise<LoadedConfig>;
  apply: (config: LoadedConfig) => Promise<RosterChange>;
  reloaded: (successful: boolean) => void;
  log: Logger;
}): Reloader {
  const { log } = parts;
  let current = parts.initial;
  let running: Promise<unknown> = Promise.resolve();
  let waiting: { trigger: Trigger; turn: Promise<readonly string[]> } | null = null;
  /** Why the newest attempt failed, where the configuration is not what is wrong. */
  let fault: string | null = null;

  /** What the newest attempt was refused for; null when it was not. */
  let refusal: { readonly problems: readonly string[]; readonly files: readonly string[] } | null = null;

  const accepted = (): void => {
    refusal = null;
    fault = null;
    parts.reloaded(true);
  };

  const refuse = (trigger: Trigger, error: unknown): readonly string[] => {
    const known = refusal?.problems.join('\n');
    const bad = error instanceof ConfigError;
    refusal = bad ? error : { problems: [], files: [] };
    const message = error instanceof Error ? error.message : 'unknown error';
    const again = trigger === 'content' && message === fault;
    fault = bad ? null : message;
    // What is watched from now on makes it look like a change once more.
    if (bad && trigger === 'content' && error.message === known) return error.problems;
    parts.reloaded(false);
    if (bad) {
      log.error({ trigger, problems: error.problems }, 'configuration refused, the old one stays in force');
      return error.problems;
    }
    // The file watch tries again each second.
    if (!again) log.error({ trigger, err: error }, 'configuration cannot be put in force, the old one stays');
    return [`cannot be put in force: ${message}`];
  };

  const load = async (trigger: Trigger): Promise<readonly string[]> => {
    const next = await parts.load();
    if (trigger === 'content' && next.fingerprint === current.fingerprint) {
      // The bad change was taken back.
      if (refusal !== null) accepted();
      return [];
    }
    const restart = needRestart(current, next);
    const change = await parts.apply(next);
    current = next;
    accepted();
    for (const warning of next.warnings) log.warn({ warning }, 'configuration warning');
    if (restart.length > 0) log.warn({ sections: restart }, 'a change here needs a restart');
    log.info(
      {
        trigger,
        models: next.settings.models.length,
        added: some(change.added.map(({ view }) => view.model.id)),
        removed: some(change.removed),
        changed: some(change.changed),
      },
      'configuration reloaded',
    );
    return [];
  };

  return {
    reload(trigger) {
      if (waiting !== null) {
        if (waiting.trigger === 'content') waiting.trigger = trigger;
        return waiting.turn;
      }
      const next = { trigger, turn: Promise.resolve<readonly string[]>([]) };
      next.turn = running
        .then(() => {
          waiting = null;
          return load(next.trigger);
        })
        .catch((error: unknown) => refuse(next.trigger, error));
      waiting = next;
      running = next.turn;
      return next.turn;
    },
    get current() {
      return current;
    },
    get failing() {
      return fault !== null;
    },
    get watched() {
      return [...new Set([...current.files, ...(refusal?.files ?? [])])];
    },
  };
}
