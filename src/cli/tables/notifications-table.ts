import type { PreviewedChannel } from '../notification-preview.js';
import type { Terminal } from '../terminal.js';
import { renderTable, type Column } from './table.js';

type Shown = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
};

const columns: readonly Column<Shown>[] = [
  { head: 'CREATED', cell: ({ created_at: at }) => text(at) },
  { head: 'CHANNEL', cell: ({ channel }) => text(channel) },
  { head: 'KIND', cell: ({ kind }) => text(kind) },
  { head: 'STATE', cell: ({ state }) => text(state) },
  { head: 'OPEN', cell: ({ open }) => text(open), align: 'right' },
  { head: 'ENDED', cell: ({ ended }) => text(ended), align: 'right' },
  { head: 'TRIES', cell: ({ attempts }) => text(attempts), align: 'right' },
  { head: 'ID', cell: ({ id }) => text(id) },
];

/** Messages as the daemon lists them, one row each. */
export function notificationsTable(rows: readonly Shown[], terminal: Terminal): string {
  return renderTable(columns, rows, terminal, {
    head: 'LAST ERROR',
    cell: ({ last_error: error }) => text(error),
  });
}

type Previewed = PreviewedChannel['messages'][number];

const previewColumns: readonly Column<Previewed>[] = [
  { head: 'AT', cell: ({ at }) => at },
  { head: 'KIND', cell: ({ kind }) => kind },
];

/** What channels would have been sent, channel by channel. */
export function previewText(channels: readonly PreviewedChannel[], terminal: Terminal): string {
  const parts = channels.map(({ channel, messages, held_back: heldBack }) => {
    const held = Object.entries(heldBack).map(([cause, count]) => `${count} held back (${cause})`);
    const counts = [`${messages.length} ${messages.length === 1 ? 'message' : 'messages'}`, ...held];
    const title = { head: 'TEXT', cell: (message: Previewed) => message.title };
    const table = messages.length === 0 ? '' : `${renderTable(previewColumns, messages, terminal, title)}\n`;
    return `${channel}: ${counts.join(', ')}\n${table}`;
  });
  return parts.join('\n');
}
