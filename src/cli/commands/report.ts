import { probeNameOf } from '../../domain/probes.js';
import { Option, type Command } from 'commander';
import { UsageError } from '../failure.js';
import { modelWithId } from '../known-model.js';
import { readDatabase } from '../read-database.js';
import { vendorPages } from '../../config/vendor-settings.js';
import type { AskedWindow } from '../../calendar/past-window.js';
import { askedWindow, timezoneOption, windowOption } from '../options.js';

interface Options {
  readonly month?: string;
  readonly window?: string;
  readonly timezone: string;
  readonly format: 'markdown' | 'csv';
}

function reportWindow({ month, window, timezone }: Options, now: number): AskedWindow {
  if (month !== undefined) {
    if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month)) {
      throw new UsageError(`--month: ${month} is not a month; example: 2026-10`);
    }
    return askedWindow(`month:${month}`, timezone, now);
  }
  if (window !== undefined) return askedWindow(window, timezone, now);
  throw new UsageError(
    '--month or --window is required, for example --month 2026-10 or --window quarter:2026-Q3',
  );
}

/** Adds `modelpulse report`: results against objectives, read from the database. */
export function reportCommand(program: Command): void {
  program
    .command('report')
    .argument('[id...]', 'model ids, including models removed from the registry; default: all')
    .description('compare the uptime of models with their objectives, from the database')
    .addOption(new Option('-m, --month <month>', 'calendar month, for example 2026-10').conflicts('window'))
    .addOption(windowOption())
    .addOption(timezoneOption())
    .addOption(
      new Option('--format <format>', 'what to write').choices(['markdown', 'csv']).default('markdown'),
    )
    .action(async (ids: string[], options: Options, command: Command) => {
      await readDatabase(command, async ({ store, settings, now }) => {
        const window = reportWindow(options, now);
        const stored = await store.models();
        const known = [...settings.models, ...stored];
        const asked = new Set(ids.map((id) => modelWithId(id, known).id));
        const { pastOf, storedDeadlines } = await import('../../app/stored-past.js');
        const { toldDeadlines } = await import('../../domain/deadline.js');
        const byId = new Map(stored.map((model) => [model.id, model]));
        const pageOf = vendorPages(settings.vendorStatus ?? null);
        const registry = settings.models.map((model) => {
          const { id, slo } = model;
          const own = storedDeadlines(byId.get(id) ?? { id, health: null }, model);
          const vendorPage = pageOf(id);
          return {
            ...{ id, slo, deadlines: toldDeadlines(own, now) },
            ...(vendorPage !== null && { vendorPage }),
          };
        });
        const { readReport } = await import('../../report/report-models.js');
        const models = await readReport(store, {
          registry: registry.filter(({ id }) => probeNameOf(id) === null || asked.has(id)),
          ids: asked,
          window,
          pastOf,
        });
        if (options.format === 'csv')
          return (await import('../../report/report-csv.js')).reportCsv(models, window);
        return (await import('../../report/report-markdown.js')).reportMarkdown(models, window, now);
      });
    });
}
