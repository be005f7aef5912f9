import { InvalidArgumentError, Option, type Command } from 'commander';
import { createChecker } from '../../app/checking.js';
import type { Settings } from '../../config/settings.js';
import { systemClock } from '../../domain/clock.js';
import { hostOf, type Model } from '../../domain/model.js';
import { outcomes, type Outcome } from '../../domain/reason.js';
import type { RecordedResult } from '../../domain/result.js';
import { slotOf } from '../../domain/time.js';
import { resultShape } from '../../http/shapes/result-shape.js';
import type { CheckRow } from '../tables/check-table.js';
import { UsageError } from '../failure.js';
import { globalOptions } from '../options.js';
import { loadFor } from '../load.js';
import { packageVersion } from '../package-files.js';
import { createProgress, jsonText, terminalOf } from '../terminal.js';

/** The models with these ids, in registry order; without ids, all that are not paused. */
function chosen(models: readonly Model[], ids: readonly string[]): readonly Model[] {
  const unknown = ids.filter((id) => !models.some((model) => model.id === id));
  if (unknown.length > 0) {
    const known = models.map(({ id }) => id).join(', ');
    throw new UsageError(`no model ${unknown.join(', ')} in the registry; it has ${known || 'none'}`);
  }
  return models.filter(({ id, pause }) => (ids.length === 0 ? !pause : ids.includes(id)));
}

/** Checks every model once within the configured limits; calls `done` after each. */
async function checkAll(settings: Settings, models: readonly Model[], done: () => void): Promise<CheckRow[]> {
  const checker = createChecker(systemClock, packageVersion());
  checker.configure(settings);
  const { concurrency, perHost } = settings.checker;
  const rows = new Map<Model, CheckRow>();
  const waiting = new Set(models);
  const running = new Map<string, number>();
  const worker = async (): Promise<void> => {
    for (;;) {
      const model = [...waiting].find((candidate) => (running.get(hostOf(candidate)) ?? 0) < perHost);
      if (model === undefined) return;
      const host = hostOf(model);
      waiting.delete(model);
      running.set(host, (running.get(host) ?? 0) + 1);
      rows.set(model, { model: model.id, result: await checker.check(model, new AbortController().signal) });
      running.set(host, (running.get(host) ?? 0) - 1);
      done();
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, models.length) }, worker));
  checker.close();
  return models.flatMap((model) => rows.get(model) ?? []);
}

function asRecorded({ result }: CheckRow): RecordedResult {
  return { ...result, slot: slotOf(result.startedAt), kind: 'manual', maintenance: false };
}

interface Options {
  readonly json?: true;
  /** Outcomes for which the command exits with 1. */
  readonly failOn: readonly Outcome[];
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

const failOnOption = (): Option =>
  new Option('--fail-on <outcomes>', 'exit with 1 for these outcomes too: degraded, unknown, or both')
    .argParser(withOutcomes)
    .default(['unhealthy'] as const, 'unhealthy');

export function checkCommand(program: Command, done: (code: number) => void): void {
  program
    .command('check')
    .argument('[id...]', 'model ids; default: all models of the registry')
    .description('check models once without writing to the database; exit with 1 if any is unhealthy')
    .option('--json', 'print a JSON array of results')
    .addOption(failOnOption())
    .action(async (ids: string[], { json, failOn }: Options, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const models = chosen(settings.models, ids);
      const progress = createProgress(
        models.length,
        'checked',
        terminalOf(process.stderr, process.env),
        (text) => process.stderr.write(text),
      );
      const rows = await checkAll(settings, models, progress.advance);
      progress.clear();
      if (json === true) {
        const results = rows.map((row) => resultShape(row.model, asRecorded(row)));
        process.stdout.write(jsonText(results));
      } else if (rows.length === 0) {
        process.stdout.write('no models to check\n');
      } else {
        const { checkTable } = await import('../tables/check-table.js');
        process.stdout.write(`${checkTable(rows, terminalOf(process.stdout, process.env))}\n`);
      }
      done(rows.some(({ result }) => failOn.includes(result.outcome)) ? 1 : 0);
    });
}
