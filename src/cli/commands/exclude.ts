import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { messageOf } from '../../domain/thrown.js';
import type { Settings } from '../../config/settings.js';
import { systemClock } from '../../domain/clock.js';
import { modelIdOf } from '../../domain/probes.js';
import { exclusionBody, mostExclusions, windowOfExclusion } from '../../http/shapes/exclusion-body.js';
import { isoTime } from '../../http/time.js';
import { StoreError } from '../../store/store-error.js';
import { askDaemon, readDaemon, refusalOf } from '../daemon-client.js';
import { DaemonError, UsageError } from '../failure.js';
import { globalOptions } from '../options.js';
import { modelWithId } from '../known-model.js';
import { loadFor } from '../load.js';
import { openExclusions } from '../lone-exclusions.js';

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
async function excludeAlone(
  { storage: { place } }: Settings,
  url: string,
  ids: readonly string[],
  window: Window,
  now: number,
): Promise<void> {
  try {
    const store = await openExclusions(place);
    try {
      const known = await store.models(ids);
      const asked = ids.map((id) => modelWithId(id, known));
      for (const { id, key } of asked) {
        if ((await store.of(key)).length >= mostExclusions)
          throw new UsageError(`${id} has ${mostExclusions} exclusions already; take some back`);
      }
      // The probes of a model rest with it, as the daemon has it.
      const probes = known.filter((one) => !ids.includes(one.id) && ids.includes(modelIdOf(one.id)));
      for (const { key } of [...asked, ...probes]) await store.add(key, { ...window, createdAt: now });
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'locked') throw error;
    const [what, how] =
      place.kind === 'sqlite'
        ? [place.path, 'runs with another configuration']
        : ['the database', 'runs elsewhere or with another configuration'];
    throw new Unreachable(
      `a daemon uses ${what}, but none answers at ${url}: it is starting, or ${how}; name that by --config`,
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
          await excludeAlone(settings, answer.url, left, window, now);
          left.splice(0).forEach(said);
        } catch (error) {
          if (!(error instanceof Unreachable) || systemClock.monotonic() > until) throw error;
          await pause(lookEveryMs);
        }
      }
    });
}
