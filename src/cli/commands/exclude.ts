import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { messageOf } from '../../domain/thrown.js';
import type { Settings } from '../../config/settings.js';
import { systemClock } from '../../domain/clock.js';
import { exclusionBody, mostExclusions, windowOfExclusion } from '../../http/shapes/exclusion-body.js';
import { isoTime } from '../../http/time.js';
import { openLoneExclusions } from '../../store/sqlite/lone-writer.js';
import { StoreError } from '../../store/store-error.js';
import { askDaemon, readDaemon, refusalOf } from '../daemon-client.js';
import { DaemonError, UsageError } from '../failure.js';
import { globalOptions } from '../options.js';
import { modelWithId } from '../known-model.js';
import { loadFor } from '../load.js';
import { packageFile } from '../package-files.js';
import { sqlitePath } from '../sqlite-path.js';

interface Options {
  readonly from?: string;
  readonly to: string;
  readonly reason: string;
}

type Window = ReturnType<typeof windowOfExclusion>;

/** The exclusion that the options describe. Throws UsageError. */
function windowOf({ from, to, reason }: Options, now: number): Window {
  const body = exclusionBody.safeParse({ from: from ?? isoTime(now), to, reason });
  if (!body.success) {
    const problems = body.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
    throw new UsageError(problems.join('; '));
  }
  try {
    return windowOfExclusion(body.data);
  } catch (error) {
    throw new UsageError(`--${messageOf(error)}`);
  }
}

/** Writes to the database directly while no daemon runs. */
function excludeAlone(
  settings: Settings,
  url: string,
  ids: readonly string[],
  window: Window,
  now: number,
): void {
  const path = sqlitePath(settings, 'exclude while a daemon runs');
  try {
    const store = openLoneExclusions(path, packageFile('migrations'));
    try {
      const known = store.models();
      const keys = ids.map((id) => modelWithId(id, known).key);
      for (const [index, key] of keys.entries()) {
        if (store.of(key).length >= mostExclusions)
          throw new UsageError(
            `${ids[index] ?? ''} has ${mostExclusions} exclusions already; take some back`,
          );
      }
      for (const key of keys) store.add(key, { ...window, createdAt: now });
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'locked') throw error;
    throw new Unreachable(
      `a daemon uses ${path}, but none answers at ${url}: it is starting, or runs with another configuration; name that by --config`,
    );
  }
}

/** A daemon has the database, and does not listen at its address. */
class Unreachable extends DaemonError {}

/** How long a daemon that has the database already may take to listen, in ms. */
const startsWithinMs = 5_000;
const lookEveryMs = 250;

/** Adds `modelpulse exclude`. */
export function excludeCommand(program: Command): void {
  program
    .command('exclude')
    .argument('<id...>', 'models')
    .description('exclude a past or future period from uptime and reports; it counts as maintenance')
    .option('--from <time>', 'start, ISO 8601, in UTC unless it has an offset; default: now')
    .requiredOption('--to <time>', 'end, ISO 8601; may be in the future')
    .requiredOption('--reason <text>', 'reason shown in reports')
    .action(async (ids: string[], options: Options, command: Command) => {
      const now = systemClock.wall();
      const window = windowOf(options, now);
      const { settings } = await loadFor(globalOptions(command).config);
      const names = [...new Set(ids)];
      const body = { from: isoTime(window.from), to: isoTime(window.to), reason: window.reason };
      const said = (id: string): void =>
        void process.stdout.write(`${id}: excluded from ${body.from} to ${body.to}\n`);
      const pathOf = (id: string): string => `/api/v1/models/${encodeURIComponent(id)}`;
      // All first: a command with a typing error changes nothing, so that it can be given again.
      for (const id of names) {
        const answer = await readDaemon(settings, pathOf(id));
        if (answer.kind === 'no_daemon') break;
        if (answer.body?.code === 'unknown_model') modelWithId(id, settings.models);
        if (answer.status !== 200) throw new DaemonError(`${id}: ${refusalOf(answer)}`);
      }
      const left = [...names];
      const until = systemClock.monotonic() + startsWithinMs;
      for (let [id] = left; id !== undefined; [id] = left) {
        const answer = await askDaemon(settings, `${pathOf(id)}/exclusions`, body);
        if (answer.kind === 'answered') {
          if (answer.status !== 201) throw new DaemonError(`${id}: ${refusalOf(answer)}`);
          said(id);
          left.shift();
          continue;
        }
        try {
          excludeAlone(settings, answer.url, left, window, now);
          left.splice(0).forEach(said);
        } catch (error) {
          if (!(error instanceof Unreachable) || systemClock.monotonic() > until) throw error;
          await pause(lookEveryMs);
        }
      }
    });
}
