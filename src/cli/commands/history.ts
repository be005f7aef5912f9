import type { Command } from 'commander';
import {
  askedWindow,
  csvOption,
  jsonOption,
  timezoneOption,
  windowOption,
  type FormatOptions,
} from '../options.js';
import { readPeriods } from '../../store/excluded-periods.js';
import { readHistory } from '../history-days.js';
import { modelWithId } from '../known-model.js';
import { readDatabase } from '../read-database.js';
import { jsonText, terminalOf } from '../terminal.js';

interface Options extends FormatOptions {
  readonly window: string;
  readonly timezone: string;
}

/** Adds `modelpulse history`: a model's past day by day, read from the database. */
export function historyCommand(program: Command): void {
  program
    .command('history')
    .argument('<id>', 'model id; models removed from the registry work too')
    .description('show the history of a model by day, from the database')
    .addOption(windowOption().default('30d'))
    .addOption(timezoneOption())
    .addOption(jsonOption())
    .addOption(csvOption())
    .action(async (id: string, { window: name, timezone, json, csv }: Options, command: Command) => {
      await readDatabase(command, async ({ store, now }) => {
        const window = askedWindow(name, timezone, now);
        const model = modelWithId(id, await store.models());
        const history = await readHistory(store, model, await readPeriods(store), window);
        const { historyCsv, historyShape } = await import('../documents/history-shape.js');
        if (json === true) return jsonText(historyShape(history, timezone));
        if (csv === true) return historyCsv(history);
        if (history.days.length === 0) return `${id} was not followed then\n`;
        const { historyTable } = await import('../tables/history-table.js');
        return `${historyTable(history, window, terminalOf(process.stdout, process.env))}\n`;
      });
    });
}
