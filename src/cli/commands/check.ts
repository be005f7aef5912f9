import { InvalidArgumentError, Option, type Command } from 'commander';
import { systemClock } from '../../domain/clock.js';
import { parseDuration } from '../../domain/duration.js';
import type { Model } from '../../domain/model.js';
import { plainText } from '../../domain/plain-text.js';
import { outcomes, type Outcome } from '../../domain/reason.js';
import type { RecordedResult } from '../../domain/result.js';
import { messageOf } from '../../domain/thrown.js';
import { slotOf } from '../../domain/time.js';
import { resultShape } from '../../http/shapes/result-shape.js';
import { UsageError } from '../failure.js';
import { checkAll, fails, type GateRow, type GateTerms } from '../gate/gate.js';
import { globalOptions } from '../options.js';
import { loadFor } from '../load.js';
import { createProgress, jsonText, terminalOf, type Terminal } from '../terminal.js';

/** Name of a model's own probe. */
const mainProbe = 'main';

/** The models with these ids and their probes, in registry order; without ids, all that are not paused. */
function chosen(all: readonly Model[], ids: readonly string[], probe: string | undefined): readonly Model[] {
  const models = all.filter(({ probeOf }) => probe === undefined || (probeOf?.name ?? mainProbe) === probe);
  if (models.length === 0 && probe !== undefined && all.length > 0)
    throw new UsageError(`no model has a probe named ${plainText(probe)}`);
  const isNamed = ({ id, probeOf }: Model, asked: string): boolean =>
    asked === id || asked === probeOf?.model;
  const unknown = ids.filter((id) => !models.some((model) => isNamed(model, id)));
  if (unknown.length > 0) {
    const known = models.map(({ id }) => id).join(', ');
    throw new UsageError(`no model ${unknown.join(', ')} in the registry; it has ${known || 'none'}`);
  }
  return models.filter((model) => (ids.length === 0 ? !model.pause : ids.some((id) => isNamed(model, id))));
}

function asRecorded({ result }: GateRow): RecordedResult {
  return { ...result, slot: slotOf(result.startedAt), kind: 'manual', maintenance: false };
}

const formats = ['table', 'json', 'github'] as const;

interface Options {
  readonly json?: true;
  /** Name of the only probe. */
  readonly probe?: string;
  readonly format: (typeof formats)[number];
  readonly junit?: string;
  /** Outcomes for which the command exits with 1. */
  readonly failOn: readonly Outcome[];
  readonly retries: number;
  /** ms. */
  readonly timeout?: number;
}

const failures = outcomes.filter((outcome) => outcome !== 'healthy');

/** Appends the outcomes of a comma-separated list to `before`. */
function withOutcomes(text: string, before: readonly Outcome[]): readonly Outcome[] {
  const named = text.split(',').map((name) => {
    const outcome = failures.find((known) => known === name.trim());
    if (outcome === undefined) throw new InvalidArgumentError(`Allowed are ${failures.join(', ')}.`);
    return outcome;
  });
  return [...before, ...named];
}

const mostRetries = 10;

function retryCount(text: string): number {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : Infinity;
  if (count > mostRetries) throw new InvalidArgumentError(`Give a whole number from 0 to ${mostRetries}.`);
  return count;
}

const longestTimeoutMs = 86_400_000;

function timeLimit(text: string): number {
  const ms = parseDuration(text);
  if (ms === null || ms < 1 || ms > longestTimeoutMs)
    throw new InvalidArgumentError('Give a duration up to 1d, such as 90s or 5m.');
  return ms;
}

const failOnOption = (): Option =>
  new Option('--fail-on <outcomes>', 'exit with 1 for these outcomes too: degraded, unknown, or both')
    .argParser(withOutcomes)
    .default(['unhealthy'] as const, 'unhealthy');

async function tableOf(rows: readonly GateRow[], terminal: Terminal): Promise<string> {
  if (rows.length === 0) return 'no models to check';
  const { checkTable } = await import('../tables/check-table.js');
  return checkTable(
    rows.map(({ model, result }) => ({ model: model.id, result })),
    terminal,
  );
}

/** What GitHub Actions shows: the log with annotations, and the summary of the job. */
async function tellGithub(rows: readonly GateRow[], terms: GateTerms, config: string): Promise<string> {
  const { githubLog, githubSummary } = await import('../gate/github.js');
  const { modelPlaces } = await import('../gate/model-places.js');
  const placeOf = await modelPlaces(config, process.env.GITHUB_WORKSPACE ?? process.cwd());
  const table = await tableOf(rows, { width: null, escapes: false, colour: false });
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary !== undefined && summary !== '') {
    const { appendFile } = await import('node:fs/promises');
    try {
      await appendFile(summary, githubSummary(rows, terms));
    } catch (error) {
      // The verdict counts for more than where it is shown.
      process.stderr.write(`cannot write $GITHUB_STEP_SUMMARY: ${plainText(messageOf(error))}\n`);
    }
  }
  return githubLog(rows, terms, table, ({ model }) => placeOf(model.id));
}

export function checkCommand(program: Command, done: (code: number) => void): void {
  program
    .command('check')
    .argument('[id...]', 'model ids; default: all models of the registry')
    .description('check models once without writing to the database; exit with 1 if any is unhealthy')
    .option('--json', 'print a JSON array of results')
    .option('--probe <name>', `check only the probe of this name; ${mainProbe} is a model's own`)
    .addOption(
      new Option('--format <format>', 'output; github: with annotations and a job summary')
        .choices(formats)
        .default('table')
        .conflicts('json'),
    )
    .option('--junit <file>', 'write a JUnit report too; replaces the file')
    .addOption(failOnOption())
    .addOption(
      new Option('--retries <count>', 'further checks of a model that fails; the last one counts')
        .argParser(retryCount)
        .default(0),
    )
    .addOption(
      new Option(
        '--timeout <duration>',
        'time for all checks together; a model without a result then fails',
      ).argParser(timeLimit),
    )
    .action(async (ids: string[], options: Options, command: Command) => {
      const { config } = globalOptions(command);
      const { settings } = await loadFor(config);
      const models = chosen(settings.models, ids, options.probe);
      const terms = { failOn: options.failOn, retries: options.retries, timeoutMs: options.timeout ?? null };
      const progress = createProgress(
        models.length,
        'checked',
        terminalOf(process.stderr, process.env),
        (text) => process.stderr.write(text),
      );
      const [at, begun] = [systemClock.wall(), systemClock.monotonic()];
      const rows = await checkAll(settings, models, terms, progress.advance);
      const tookMs = systemClock.monotonic() - begun;
      progress.clear();
      if (options.json === true || options.format === 'json') {
        process.stdout.write(jsonText(rows.map((row) => resultShape(row.model.id, asRecorded(row)))));
      } else if (options.format === 'github') process.stdout.write(await tellGithub(rows, terms, config));
      else process.stdout.write(`${await tableOf(rows, terminalOf(process.stdout, process.env))}\n`);
      done(rows.some((row) => fails(row, terms)) ? 1 : 0);
      if (options.junit === undefined) return;
      const { junitReport } = await import('../gate/junit.js');
      const { writeInFolder } = await import('../text-file.js');
      await writeInFolder(options.junit, junitReport(rows, terms, at, tookMs), true);
    });
}
