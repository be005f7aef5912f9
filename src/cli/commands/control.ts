import type { Command } from 'commander';
import type { Settings } from '../../config/settings.js';
import { askDaemon, refusalOf, noDaemon } from '../daemon-client.js';
import { DaemonError } from '../failure.js';
import { globalOptions } from '../options.js';
import { modelWithId } from '../known-model.js';
import { loadFor } from '../load.js';
import { plainLines } from '../terminal.js';

/** Asks the daemon to pause or resume one model. */
async function setPaused(settings: Settings, id: string, action: 'pause' | 'resume'): Promise<void> {
  const answer = await askDaemon(settings, `/api/v1/models/${encodeURIComponent(id)}/${action}`);
  if (answer.kind === 'no_daemon') throw noDaemon(answer.url);
  if (answer.body?.code === 'unknown_model') {
    modelWithId(id, settings.models);
    throw new DaemonError(
      `${id}: the daemon does not have this model yet; modelpulse reload makes it read the file`,
    );
  }
  if (answer.status !== 200) throw new DaemonError(`${id}: ${refusalOf(answer)}`);
}

/** Adds `modelpulse pause`. */
export function pauseCommand(program: Command): void {
  program
    .command('pause')
    .argument('<id...>', 'models')
    .description('stop checking models until resume; needs the running daemon')
    .action(async (ids: string[], _options: object, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      for (const id of ids) {
        await setPaused(settings, id, 'pause');
        process.stdout.write(`${id}: paused\n`);
      }
    });
}

/** Adds `modelpulse resume`. */
export function resumeCommand(program: Command): void {
  program
    .command('resume')
    .argument('<id...>', 'models')
    .description('restart the checks of models stopped by modelpulse pause')
    .action(async (ids: string[], _options: object, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      for (const id of ids) {
        await setPaused(settings, id, 'resume');
        process.stdout.write(`${id}: resumed\n`);
      }
    });
}

/** Adds `modelpulse reload`. */
export function reloadCommand(program: Command, done: (code: number) => void): void {
  program
    .command('reload')
    .description('reload the configuration of the running daemon; an invalid file changes nothing')
    .action(async (_options: object, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const answer = await askDaemon(settings, '/-/reload');
      if (answer.kind === 'no_daemon') throw noDaemon(answer.url);
      if (answer.status === 200) {
        process.stdout.write('configuration reloaded\n');
        return;
      }
      process.stderr.write(`${plainLines(refusalOf(answer))}\nthe daemon keeps its configuration\n`);
      done(answer.body?.code === 'bad_config' ? 2 : 1);
    });
}
