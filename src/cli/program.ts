import { Command, Option } from 'commander';
import { logLevels } from '../app/log.js';
import { systemCodeOf } from '../domain/thrown.js';
import { reportFailure } from './failure.js';
import { packageVersion } from './package-files.js';

type AddCommand = (program: Command, done: (code: number) => void) => void;

/** The commands in the order of the help. Each is loaded when it is needed: all of them take half a second. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  run: async () => (await import('./commands/run.js')).runCommand,
  check: async () => (await import('./commands/check.js')).checkCommand,
  validate: async () => (await import('./commands/config.js')).validateCommand,
  config: async () => (await import('./commands/config.js')).configCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  history: async () => (await import('./commands/history.js')).historyCommand,
  incidents: async () => (await import('./commands/incidents.js')).incidentsCommand,
  report: async () => (await import('./commands/report.js')).reportCommand,
  rules: async () => (await import('./commands/rules.js')).rulesCommand,
  pause: async () => (await import('./commands/control.js')).pauseCommand,
  resume: async () => (await import('./commands/control.js')).resumeCommand,
  acknowledge: async () => (await import('./commands/acknowledge.js')).acknowledgeCommand,
  unacknowledge: async () => (await import('./commands/acknowledge.js')).unacknowledgeCommand,
  exclude: async () => (await import('./commands/exclude.js')).excludeCommand,
  notify: async () => (await import('./commands/notify.js')).notifyCommand,
  reload: async () => (await import('./commands/control.js')).reloadCommand,
  backup: async () => (await import('./commands/backup.js')).backupCommand,
  export: async () => (await import('./commands/export.js')).exportCommand,
  import: async () => (await import('./commands/import.js')).importCommand,
  copy: async () => (await import('./commands/copy.js')).copyCommand,
  rebuild: async () => (await import('./commands/rebuild.js')).rebuildCommand,
  explain: async () => (await import('./commands/explain.js')).explainCommand,
  'import-config': async () => (await import('./commands/import-config.js')).importConfigCommand,
  discover: async () => (await import('./commands/discover.js')).discoverCommand,
  mcp: async () => (await import('./commands/mcp.js')).mcpCommand,
  init: async () => (await import('./commands/init.js')).initCommand,
  schema: async () => (await import('./commands/config.js')).schemaCommand,
  simulate: async () => (await import('./commands/simulate.js')).simulateCommand,
  demo: async () => (await import('./commands/demo.js')).demoCommand,
};

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
  modelpulse acknowledge 12 --until 4h    snooze incident 12: reminders rest, its end is told
  modelpulse notify test team             send a sample to the channel team
  modelpulse rules > rules.yml            Prometheus alerting rules for the registry
  modelpulse backup pulse-copy.db         a copy of the database, also while the daemon writes
  modelpulse copy --to pulse.db           the whole history in another database
  modelpulse import-config litellm config.yaml > models.yaml
  modelpulse discover http://127.0.0.1:11434 --yaml
  pbpaste | modelpulse explain            what an error means, and who has to act
  modelpulse init                         write a configuration by asking, and check it
  modelpulse demo                         show it with a simulated provider, without key or network

Exit codes: 0 success, 1 failure or an unhealthy model, 2 invalid command line or configuration.`;

function programWithoutCommands(done: (code: number) => void): Command {
  return new Command('modelpulse')
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
}

/** The program with all commands, or, where the words are a command line, with the command that they name. */
export async function createProgram(
  done: (code: number) => void,
  words: readonly string[] = [],
): Promise<Command> {
  const program = programWithoutCommands(done);
  const [name = ''] = program.parseOptions([...words]).operands;
  const named = Object.hasOwn(commands, name) ? commands[name] : undefined;
  for (const load of named === undefined ? Object.values(commands) : [named]) (await load())(program, done);
  return program;
}

/** Runs one command and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader closed the pipe, as in `modelpulse config | head`.
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    const program = await createProgram((code) => {
      process.exitCode = code;
    }, argv.slice(2));
    await program.parseAsync(argv);
  } catch (error) {
    if (systemCodeOf(error)?.startsWith('commander.') === true) return;
    process.exitCode = reportFailure(error, (text) => process.stderr.write(text));
  }
}
