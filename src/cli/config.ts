import type { Command } from 'commander';
import { stringify } from 'yaml';
import { jsonSchema } from '../config/json-schema.js';
import { globalOptions } from './global-options.js';
import { loadFor } from './load.js';

export function validateCommand(program: Command): void {
  program
    .command('validate')
    .description('say everything that is wrong with the configuration')
    .action(async (_options: object, command: Command) => {
      const { config } = globalOptions(command);
      const { settings, warnings } = await loadFor(config);
      for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
      const count = settings.models.length;
      process.stdout.write(`${config} is valid: ${count} ${count === 1 ? 'model' : 'models'}\n`);
    });
}

export function configCommand(program: Command): void {
  program
    .command('config')
    .description('print the configuration in force, defaults applied and secrets masked')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const effective = (await loadFor(globalOptions(command).config)).effective();
      process.stdout.write(json === true ? `${JSON.stringify(effective, null, 2)}\n` : stringify(effective));
    });
}

export function schemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the configuration, for editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
    });
}
