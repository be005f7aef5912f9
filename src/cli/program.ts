import { Command, Option } from 'commander';
import { logLevels } from '../app/log.js';
import { backupCommand } from './commands/backup.js';
import { checkCommand } from './commands/check.js';
import { configCommand, schemaCommand, validateCommand } from './commands/config.js';
import { pauseCommand, reloadCommand, resumeCommand } from './commands/control.js';
import { demoCommand } from './commands/demo.js';
import { excludeCommand } from './commands/exclude.js';
import { exportCommand } from './commands/export.js';
import { systemCodeOf } from '../domain/thrown.js';
import { reportFailure } from './failure.js';
import { historyCommand } from './commands/history.js';
import { importCommand } from './commands/import.js';
import { incidentsCommand } from './commands/incidents.js';
import { packageVersion } from './package-files.js';
import { rebuildCommand } from './commands/rebuild.js';
import { reportCommand } from './commands/report.js';
import { rulesCommand } from './commands/rules.js';
import { runCommand } from './commands/run.js';
import { simulateCommand } from './commands/simulate.js';
import { statusCommand } from './commands/status.js';

const examples = `
Examples:
  modelpulse validate --config my.yaml    list every problem of a configuration
  modelpulse check                        check every model once
  modelpulse check gpt mixtral --json     check two models, for a script
  modelpulse run                          start the daemon
  modelpulse status                       state of each model, read from the database
  modelpulse status --state unhealthy     only unhealthy models
  modelpulse history gpt --window 90d     uptime per day
  modelpulse incidents --open             open incidents with reason and blame
  modelpulse report --month 2026-10       uptime per model against its objective
  modelpulse pause gpt                    stop checks of gpt until modelpulse resume gpt
  modelpulse exclude gpt --to 2026-10-31T18:00Z --reason 'provider moves'
  modelpulse rules > rules.yml            Prometheus alerting rules for the registry
  modelpulse backup pulse-copy.db         a copy of the database, also while the daemon writes
  modelpulse demo                         show it with a simulated provider, without key or network

Exit codes: 0 success, 1 failure or an unhealthy model, 2 invalid command line or configuration.`;

export function createProgram(done: (code: number) => void): Command {
  const program = new Command('modelpulse')
    .description('Health monitor for LLM and inference endpoints: healthy or not, why, and who has to act.')
    .version(packageVersion())
    .addOption(
      new Option('-c, --config <file>', 'configuration, YAML or JSON')
        .env('MODELPULSE_CONFIG')
        .default('config/modelpulse.yaml'),
    )
    .addOption(
      new Option('--log-level <level>', 'least level that is logged').choices(logLevels).default('info'),
    )
    .addHelpText('after', examples)
    .showHelpAfterError('(modelpulse --help shows what there is)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride((error) => {
      done(error.exitCode === 0 ? 0 : 2);
      throw error;
    });
  for (const add of [
    runCommand,
    checkCommand,
    validateCommand,
    configCommand,
    statusCommand,
    historyCommand,
    incidentsCommand,
    reportCommand,
    rulesCommand,
    pauseCommand,
    resumeCommand,
    excludeCommand,
    reloadCommand,
    backupCommand,
    exportCommand,
    importCommand,
    rebuildCommand,
    schemaCommand,
    simulateCommand,
    demoCommand,
  ]) {
    add(program, done);
  }
  return program;
}

/** Runs one command and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader closed the pipe, as in `modelpulse config | head`.
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  const program = createProgram((code) => {
    process.exitCode = code;
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (systemCodeOf(error)?.startsWith('commander.') === true) return;
    process.exitCode = reportFailure(error, (text) => process.stderr.write(text));
  }
}
