import { text as textOf } from 'node:stream/consumers';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { systemClock } from '../../domain/clock.js';
import { parseDuration } from '../../domain/duration.js';
import { headerText } from '../../config/schema/fields.js';
import { plainText } from '../../domain/plain-text.js';
import { UsageError } from '../failure.js';
import { packageVersion } from '../package-files.js';
import {
  chosenBy,
  forceOption,
  onlyOption,
  outputOption,
  writeRegistry,
  type RegistryOptions,
} from '../registry-output.js';
import { jsonText, terminalOf } from '../terminal.js';

interface DiscoverOptions extends RegistryOptions {
  readonly key?: string;
  readonly keyEnv?: string;
  readonly provider?: string;
  readonly timeout: number;
  readonly insecure?: true;
  readonly json?: true;
  readonly yaml?: true;
}

const longestKey = 64 * 1024;

/** The key, and the variable that the registry names for it. */
async function keyOf(
  { key, keyEnv }: DiscoverOptions,
  host: string,
): Promise<{ key: string | null; variable: string | null }> {
  if (keyEnv !== undefined) {
    const value = process.env[keyEnv];
    if (value === undefined || value === '')
      throw new UsageError(`--key-env: the variable ${keyEnv} is not set`);
    return { key: checked(value.trim()), variable: keyEnv };
  }
  if (key === undefined) return { key: null, variable: null };
  const given = key === '-' ? (await textOf(process.stdin)).slice(0, longestKey) : key;
  const name = host
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .slice(0, 60);
  return { key: checked(given.trim()), variable: `${/^[A-Z]/.test(name) ? '' : 'HOST_'}${name}_API_KEY` };
}

function checked(key: string): string {
  if (key === '' || !headerText.test(key))
    throw new UsageError('the key is empty, or has characters that no header may have');
  return key;
}

function addressOf(text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UsageError(
      `${text} is no address such as http://127.0.0.1:11434 or https://api.example.com/v1`,
    );
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw new UsageError('the address must not hold a user name or password');
  return url;
}

function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === null || ms < 1 || ms > 600_000)
    throw new InvalidArgumentError('Give a duration up to 10m, such as 15s.');
  return ms;
}

async function listModels(
  text: string,
  options: DiscoverOptions,
  done: (code: number) => void,
): Promise<void> {
  const url = addressOf(text);
  const { key, variable } = await keyOf(options, url.hostname);
  const [{ createListing }, { discover }] = await Promise.all([
    import('../../checker/listing.js'),
    import('../foreign/discovered.js'),
  ]);
  const listing = createListing({
    clock: systemClock,
    userAgent: `modelpulse/${packageVersion()}`,
    timeoutMs: options.timeout,
    insecure: options.insecure === true,
  });
  const found = await discover(url.href, { key, provider: options.provider ?? null }, listing).finally(
    listing.close,
  );
  if (typeof found === 'string') {
    process.stderr.write(`${plainText(found)}\n`);
    done(1);
    return;
  }
  const chosen = chosenBy(options);
  const models = found.list.models.filter(({ name }) => chosen?.(name) ?? true);
  if (options.json === true) {
    const shown = models.map(({ name, use, guess, other, remark }) => ({
      model: name,
      probe: use,
      guess,
      other,
      remark,
    }));
    const { api, provider, baseUrl, list } = found;
    process.stdout.write(
      jsonText({
        api,
        provider,
        base_url: baseUrl,
        models: shown,
        left_out: list.left,
        further_pages: list.paged,
      }),
    );
  } else if (options.yaml === true || options.output !== undefined) {
    const { registryOf } = await import('../foreign/discovered-registry.js');
    const { made, notes } = registryOf(found, models, { address: url.href, key: variable });
    await writeRegistry(made, notes, options);
  } else if (models.length === 0) process.stdout.write('no models\n');
  else {
    const { discoveredTable } = await import('../tables/discovered-table.js');
    process.stdout.write(`${discoveredTable(models, terminalOf(process.stdout, process.env))}\n`);
    const { leftOut } = await import('../foreign/listed-models.js');
    const left = leftOut(found.list);
    if (left !== null) process.stderr.write(`${left}\n`);
  }
}

/** Adds `modelpulse discover`, which lists the models of an endpoint. */
export function discoverCommand(program: Command, done: (code: number) => void): void {
  program
    .command('discover')
    .argument('<url>', 'address of an API of models, such as http://127.0.0.1:11434')
    .description('list the models that an endpoint serves, or write a registry of them')
    .addOption(new Option('--key-env <variable>', 'environment variable with the API key'))
    .addOption(
      new Option(
        '--key <key>',
        'API key, which other users of the machine may see; - reads it from stdin',
      ).conflicts('keyEnv'),
    )
    .option('--provider <name>', 'provider, where its address does not say so')
    .addOption(
      new Option('--timeout <duration>', 'time for all requests')
        .argParser(durationOf)
        .default(15_000, '15s'),
    )
    .option('--insecure', 'accept any certificate')
    .addOption(new Option('--json', 'as JSON').conflicts(['yaml', 'output']))
    .option('--yaml', 'print a registry of the models')
    .addOption(outputOption())
    .addOption(forceOption())
    .addOption(onlyOption())
    .action(async (url: string, options: DiscoverOptions) => {
      // Lists of processes show the command line until it is replaced.
      if (options.key !== undefined) process.title = 'modelpulse discover';
      await listModels(url, options, done);
    });
}
