import type { Logger } from 'pino';
import { ConfigError, type LoadedConfig } from '../config/load.js';
import type { RosterChange } from './roster.js';

const mostNamed = 20;

export type Trigger = 'signal' | 'request' | 'content';

export interface Reloader {
  /** Loads and applies the configuration, one call after another; the problems, when it was refused and nothing changed. */
  reload(trigger: Trigger): Promise<readonly string[]>;
  readonly current: LoadedConfig;
}

/** Sections whose change only a restart puts in force. */
function needRestart(before: LoadedConfig, after: LoadedConfig): string[] {
  const { server, storage } = before.settings;
  const next = after.settings;
  const listens = server.host !== next.server.host || server.port !== next.server.port;
  return [
    ...(listens ? ['server.listen'] : []),
    ...(storage.path !== next.storage.path ? ['storage.path'] : []),
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
  let queue: Promise<unknown> = Promise.resolve();

  const reload = async (trigger: Trigger): Promise<readonly string[]> => {
    let next: LoadedConfig;
    try {
      next = await parts.load();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      parts.reloaded(false);
      log.error({ trigger, problems: error.problems }, 'configuration refused, the old one stays in force');
      return error.problems;
    }
    if (trigger === 'content' && next.fingerprint === current.fingerprint) return [];
    const restart = needRestart(current, next);
    const change = await parts.apply(next);
    current = next;
    parts.reloaded(true);
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
      const turn = queue.then(() => reload(trigger));
      queue = turn.catch(() => undefined);
      return turn;
    },
    get current() {
      return current;
    },
  };
}
