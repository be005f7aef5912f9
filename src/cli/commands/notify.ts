import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { systemClock } from '../../domain/clock.js';
import { testMessage } from '../../domain/notify/sample.js';
import type { NotificationSettings } from '../../config/notifications.js';
import type { Settings } from '../../config/settings.js';
import { isList, isObject } from '../../domain/json.js';
import { addAll } from '../../domain/list.js';
import { askDaemon, noDaemon, readDaemon, refusalOf } from '../daemon-client.js';
import { DaemonError, UsageError } from '../failure.js';
import { loadFor } from '../load.js';
import { askedWindow, globalOptions, jsonOption, timezoneOption } from '../options.js';
import { packageVersion } from '../package-files.js';
import { readDatabase } from '../read-database.js';
import { jsonText, plainLines, terminalOf } from '../terminal.js';

function required(settings: NotificationSettings | null): NotificationSettings {
  if (settings === null) throw new UsageError('the configuration has no "notifications"');
  return settings;
}

function testCommand(notify: Command, done: (code: number) => void): void {
  notify
    .command('test')
    .argument('<channel>', 'name of a channel')
    .description('send a marked sample to a channel now; no daemon is needed')
    .action(async (name: string, _options: object, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const { channels } = required(settings.notifications);
      const channel = channels.find((one) => one.name === name);
      if (channel === undefined)
        throw new UsageError(`${name} is no channel; there is ${channels.map((one) => one.name).join(', ')}`);
      const { createDeliver } = await import('../../app/notify/deliver.js');
      const publicUrl = (): string | null => settings.server.publicUrl;
      const deliver = createDeliver({ clock: systemClock, version: packageVersion(), publicUrl });
      const message = testMessage(name, systemClock.wall(), `test-${randomUUID()}`);
      const { signal } = new AbortController();
      const outcome = await deliver.deliver(channel, message, signal);
      // The sample opens an incident there, which pages whoever is on call.
      const isIncident = channel.target.kind === 'pagerduty' && outcome.kind === 'delivered';
      const resolved = { ...message, id: `${message.id}-end`, kind: 'resolved' as const };
      const end = isIncident ? await deliver.deliver(channel, resolved, signal) : null;
      deliver.close();
      if (end?.kind === 'failed') {
        process.stderr.write(`${name}: sent, but its incident is not resolved: ${plainLines(end.error)}\n`);
        done(1);
        return;
      }
      if (outcome.kind !== 'failed') {
        process.stdout.write(
          isIncident ? `${name}: sent, as an incident that is resolved at once\n` : `${name}: sent\n`,
        );
        if (outcome.kind === 'delivered' && outcome.refused !== null)
          process.stderr.write(`${name}: ${plainLines(outcome.refused)}\n`);
        return;
      }
      process.stderr.write(`${name}: ${plainLines(outcome.error)}\n`);
      done(1);
    });
}

/** One message as the daemon shows it. */
type Shown = Readonly<Record<string, unknown>>;

/** Most messages that are listed: a page of the daemon has up to 1,000. */
const mostListed = 10_000;

/** The newest messages, page by page. */
async function listed(settings: Settings, asked: Record<string, string>): Promise<Shown[]> {
  const rows: Shown[] = [];
  for (let cursor: string | null = null; rows.length < mostListed;) {
    const query = new URLSearchParams({ ...asked, limit: '1000', ...(cursor !== null && { cursor }) });
    const answer = await readDaemon(settings, `/api/v1/notifications?${query.toString()}`);
    if (answer.kind === 'no_daemon') throw noDaemon(answer.url);
    const { items, next_cursor: next } = answer.body ?? {};
    if (answer.status !== 200 || !isList(items)) throw new DaemonError(refusalOf(answer));
    addAll(rows, items.filter(isObject) as Shown[]);
    if (typeof next !== 'string') break;
    cursor = next;
  }
  return rows;
}

function listCommand(notify: Command): void {
  notify
    .command('list')
    .option('--failed', 'only messages with a failed attempt that are not sent')
    .option('--channel <name>', 'only messages to this channel')
    .addOption(jsonOption())
    .description('list messages, newest first; needs the running daemon')
    .action(async (options: { failed?: true; channel?: string; json?: true }, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      const rows = await listed(settings, {
        ...(options.failed && { failed: 'true' }),
        ...(options.channel !== undefined && { channel: options.channel }),
      });
      if (options.json === true) process.stdout.write(jsonText(rows));
      else if (rows.length === 0) process.stdout.write('no messages\n');
      else {
        const { notificationsTable } = await import('../tables/notifications-table.js');
        process.stdout.write(`${notificationsTable(rows, terminalOf(process.stdout, process.env))}\n`);
      }
    });
}

function replayCommand(notify: Command): void {
  notify
    .command('replay')
    .argument('<id...>', 'ids of messages, as notify list shows them')
    .description('send messages again; needs the running daemon')
    .action(async (ids: string[], _options: object, command: Command) => {
      const { settings } = await loadFor(globalOptions(command).config);
      for (const id of ids) {
        const answer = await askDaemon(settings, `/api/v1/notifications/${encodeURIComponent(id)}/replay`);
        if (answer.kind === 'no_daemon') throw noDaemon(answer.url);
        if (answer.status !== 200) throw new DaemonError(`${id}: ${refusalOf(answer)}`);
        process.stdout.write(`${id}: is sent again\n`);
      }
    });
}

function previewCommand(notify: Command): void {
  notify
    .command('preview')
    .option('--since <window>', 'how far back, such as 7d', '7d')
    .addOption(timezoneOption())
    .addOption(jsonOption())
    .description('show what the configured policy would have sent for the stored history; sends nothing')
    .action(async (options: { since: string; timezone: string; json?: true }, command: Command) => {
      await readDatabase(command, async ({ store, settings, now }) => {
        const notifications = required(settings.notifications);
        const window = askedWindow(options.since, options.timezone, now);
        const { previewed } = await import('../notification-preview.js');
        const found = await previewed(store, { ...settings, notifications }, window);
        if (options.json === true) return jsonText(found);
        const { previewText } = await import('../tables/notifications-table.js');
        return previewText(found, terminalOf(process.stdout, process.env));
      });
    });
}

/** Adds `modelpulse notify` with its commands. */
export function notifyCommand(program: Command, done: (code: number) => void): void {
  const notify = program.command('notify').description('messages to channels: test, list, replay, preview');
  testCommand(notify, done);
  listCommand(notify);
  replayCommand(notify);
  previewCommand(notify);
}
