import type { Command } from 'commander';
import type { Given } from '../begin/asked-choices.js';
import type { Reason } from '../../domain/reason.js';
import { globalOptions } from '../options.js';
import { terminalOf } from '../terminal.js';

interface InitOptions extends Given {
  readonly output?: string;
}

/** Writes the file, which must not exist; a file that would not be loaded is not left behind. */
async function writeValid(file: string, text: string) {
  const [{ rm }, { writeInFolder }, { loadFor }] = await Promise.all([
    import('node:fs/promises'),
    import('../text-file.js'),
    import('../load.js'),
  ]);
  await writeInFolder(file, text, false);
  try {
    return await loadFor(file);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** What to do next, after this first check. */
function advice(reason: Reason, keyEnv: string | null, file: string): string {
  const at = file === 'config/modelpulse.yaml' ? '' : ` --config ${file}`;
  if (reason === 'secret_missing' && keyEnv !== null) return `set ${keyEnv}, then: modelpulse check${at}`;
  if (reason !== 'auth_failed') return `next: modelpulse run${at}`;
  return keyEnv === null
    ? `the provider wants a key: write its variable into ${file} as api_key, then: modelpulse check${at}`
    : `the provider refuses the key in ${keyEnv}: correct it, then: modelpulse check${at}`;
}

/** Adds `modelpulse init`, which writes a first configuration and checks it once. */
export function initCommand(program: Command, done: (code: number) => void): void {
  program
    .command('init')
    .description('write a commented configuration by asking or by these options, and check it once')
    .option('--provider <name>', 'provider, such as openai, anthropic or openai_compatible')
    .option('--model <name>', 'name of the model')
    .option('--base-url <url>', 'address of the API, where it is not the one of the provider')
    .option('--key-env <variable>', 'environment variable with the API key, or none')
    .option('-o, --output <file>', 'file to write; default: that of --config')
    .option('-y, --yes', 'ask nothing: take what is usual where no option says otherwise')
    .action(async ({ output, ...given }: InitOptions, command: Command) => {
      const { existsSync } = await import('node:fs');
      const { UsageError } = await import('../failure.js');
      const file = output ?? globalOptions(command).config;
      // Before anything is asked.
      if (existsSync(file)) throw new UsageError(`${file} exists; it is not overwritten`);
      const [{ askedChoices }, { firstConfiguration }] = await Promise.all([
        import('../begin/asked-choices.js'),
        import('../begin/first-configuration.js'),
      ]);
      const choices = await askedChoices(given, process.env);
      const { settings } = await writeValid(file, firstConfiguration(choices));
      process.stderr.write(`${file} is written; checking its model once\n`);
      const [{ checkAll, fails }, { checkTable }] = await Promise.all([
        import('../gate/gate.js'),
        import('../tables/check-table.js'),
      ]);
      const terms = { failOn: ['unhealthy'] as const, retries: 0, timeoutMs: null };
      const rows = await checkAll(settings, settings.models, terms, () => undefined);
      const shown = rows.map(({ model, result }) => ({ model: model.id, result }));
      process.stdout.write(`${checkTable(shown, terminalOf(process.stdout, process.env))}\n`);
      for (const { result } of rows) process.stderr.write(`${advice(result.reason, choices.keyEnv, file)}\n`);
      done(rows.some((row) => fails(row, terms)) ? 1 : 0);
    });
}
