import { Command, Option } from 'commander';
import { logLevels } from '../app/log.js';
import { systemCodeOf } from '../domain/thrown.js';
import { reportFailure } from './failure.js';
import { packageVersion } from './package-files.js';

/** The commands in the order of the help. Each is loaded when it is needed: all of them take half a second. */
export type Commands = Readonly<
  Record<string, () => Promise<(program: Command, done: (code: number) => void) => void>>
>;

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

/** The program with all of these commands, or, where the words are a command line, with the command that they name. */
export async function programWith(
  commands: Commands,
  done: (code: number) => void,
  words: readonly string[],
): Promise<Command> {
  const program = programWithoutCommands(done);
  const name = commandIn(program, words);
  const named = Object.hasOwn(commands, name) ? commands[name] : undefined;
  for (const load of named === undefined ? Object.values(commands) : [named]) (await load())(program, done);
  return program;
}

/** The first word of a command line that is no option. */
function commandIn(program: Command, words: readonly string[]): string {
  const [name = ''] = program.parseOptions([...words]).operands;
  return name;
}

/** True for a command line that names this command; false too for one that cannot be read, of which nothing is said here. */
export function namesCommand(name: string, words: readonly string[]): boolean {
  const silent = { writeOut: () => undefined, writeErr: () => undefined };
  try {
    return commandIn(programWithoutCommands(() => undefined).configureOutput(silent), words) === name;
  } catch {
    return false;
  }
}

/** Runs one of these commands and sets the exit code of the process. */
export async function runCommandLine(commands: Commands, argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader closed the pipe, as in `modelpulse config | head`.
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    const program = await programWith(
      commands,
      (code) => {
        process.exitCode = code;
      },
      argv.slice(2),
    );
    await program.parseAsync(argv);
  } catch (error) {
    if (systemCodeOf(error)?.startsWith('commander.') === true) return;
    process.exitCode = reportFailure(error, (text) => process.stderr.write(text));
  }
}
