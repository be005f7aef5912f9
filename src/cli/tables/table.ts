import Table from 'cli-table3';
import { plainText } from '../../domain/plain-text.js';
import { painted, type Paint, type Terminal } from '../terminal.js';
import { addAll } from '../../domain/list.js';

/** A column; null cells show as `-`. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string | null;
  readonly paint?: (row: Row) => Paint | null;
  readonly align?: 'right';
  /** Leaves the cell empty, without `-`. */
  readonly blank?: (row: Row) => boolean;
  /** Dropped on a narrow terminal, the last one first. */
  readonly optional?: true;
}

/** A last column for text of any length: it wraps, and moves below its row when little room is left beside it. */
export type LastColumn<Row> = Pick<Column<Row>, 'head' | 'cell'>;

interface Cells<Row> {
  readonly column: Column<Row>;
  readonly texts: readonly string[];
  readonly width: number;
}

const gap = 2;
const leastWidth = 3;
const leastNoteWidth = 30;
/** cli-table3 takes quadratic time in the rows of one table: 20 s for 10,000 at once, 2 s in pieces. */
const rowsAtOnce = 50;

/** Rows under heads, without borders, no line wider than the terminal. Every cell is made safe to print. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  terminal: Terminal,
  note?: LastColumn<Row>,
): string {
  const available = terminal.width ?? Infinity;
  const all = columns.map((column) => cellsOf(column, rows));
  const shown = fitted(all, available);
  const head = shown.map(({ column }) => painted(column.head, 'bold', terminal));
  const body = rows.map((row, index) =>
    shown.map(({ column, texts }) => painted(texts[index] ?? '', column.paint?.(row) ?? null, terminal)),
  );
  const widths = shown.map(({ width }) => width);
  const aligns = shown.map(({ column }) => column.align ?? 'left');
  if (!note) return drawn([head, ...body], widths, aligns);

  const { texts, width } = cellsOf(note, rows);
  const room = available - widths.reduce((sum, each) => sum + each + gap, 0);
  if (room >= Math.min(width, leastNoteWidth)) {
    const noteHead = painted(note.head, 'bold', terminal);
    const withNotes = body.map((cells, index) => [...cells, texts[index] ?? '']);
    return drawn([[...head, noteHead], ...withNotes], [...widths, Math.min(width, room)], aligns);
  }
  return drawn([head, ...body], widths, aligns)
    .split('\n')
    .flatMap((line, index) => [line, ...below(texts[index - 1], available)])
    .join('\n');
}

function cellsOf<Row>(column: Column<Row>, rows: readonly Row[]): Cells<Row> {
  const texts = rows.map((row) =>
    column.blank?.(row) === true ? '' : plainText(column.cell(row) ?? '') || '-',
  );
  const width = [column.head, ...texts].reduce((widest, text) => Math.max(widest, displayWidth(text)), 0);
  return { column, texts, width };
}

/** Drops optional columns until the rest fits, then cuts the widest. */
function fitted<Row>(cells: readonly Cells<Row>[], available: number): readonly Cells<Row>[] {
  const room = available - gap * (cells.length - 1);
  if (cells.reduce((sum, { width }) => sum + width, 0) <= room) return cells;
  const spare = cells.findLastIndex(({ column }) => column.optional);
  if (spare >= 0) return fitted(cells.toSpliced(spare, 1), available);
  const most = fairShare(
    cells.map(({ width }) => width),
    room,
  );
  return cells.map((cell) => ({ ...cell, width: Math.min(cell.width, Math.max(leastWidth, most)) }));
}

/** The largest width to which columns may be cut so that together they fit. */
function fairShare(widths: readonly number[], room: number): number {
  let left = room;
  for (const [index, width] of [...widths].sort((a, b) => a - b).entries()) {
    const share = Math.floor(left / (widths.length - index));
    if (width > share) return share;
    left -= width;
  }
  return Infinity;
}

/** A note under its row, indented; nothing for an empty one. */
function below(text: string | undefined, available: number): readonly string[] {
  if (text === undefined || text === '-') return [];
  return drawn([[text]], [available - gap], [])
    .split('\n')
    .map((line) => `${' '.repeat(gap)}${line}`);
}

/** Draws rows: columns without an alignment, such as a note, wrap; all others are cut to their width. */
function drawn(
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  aligns: readonly ('left' | 'right')[],
): string {
  const tables: string[] = [];
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const table = new Table({
      chars: noBorders,
      style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [] },
      colWidths: widths.map((width) => width + gap),
      colAligns: [...aligns],
    });
    const cells = (row: readonly string[]) =>
      row.map((content, index) => ({ content, wordWrap: index >= aligns.length }));
    addAll(table, rows.slice(from, from + rowsAtOnce).map(cells));
    tables.push(table.toString());
  }
  return tables
    .join('\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Columns that text takes on a terminal, measured as the border of a table with one cell. */
function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  const table = new Table({ style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] } });
  table.push([text]);
  return table.width - 2;
}

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
