import { Argument, type Command } from 'commander';
import { UsageError } from '../failure.js';
import { tools, type Tool } from '../foreign/tools.js';
import {
  chosenBy,
  forceOption,
  onlyOption,
  outputOption,
  writeRegistry,
  type RegistryOptions,
} from '../registry-output.js';

/** Adds `modelpulse import-config`, which writes a registry from the configuration of another tool. */
export function importConfigCommand(program: Command, done: (code: number) => void): void {
  program
    .command('import-config')
    .addArgument(new Argument('<tool>', 'whose configuration it is').choices(tools))
    .argument('<file...>', 'its files; blackbox takes those of the exporter and of Prometheus')
    .description(
      'write a registry from the configuration of another tool; what cannot be carried over goes to stderr, line by line',
    )
    .addOption(outputOption())
    .addOption(forceOption())
    .addOption(onlyOption())
    .action(async (tool: Tool, files: string[], options: RegistryOptions) => {
      if (tool === 'openrouter' && options.only === undefined)
        throw new UsageError(
          "openrouter lists hundreds of models, and each check costs tokens: choose with --only, such as --only 'openai/*', or all with --only '*'",
        );
      const { importedFrom } = await import('../foreign/imported.js');
      const made = await importedFrom(tool, files, chosenBy(options));
      await writeRegistry(made, made.notes, options);
      if (made.ids.length === 0) done(1);
    });
}
