import type { WrongRow } from '../../store/transfer/rebuilding.js';
import type { TimelineDifference } from '../../store/transfer/replay.js';
import { renderTable } from './table.js';
import type { Terminal } from '../terminal.js';

/** Wrong figures, one a line. */
export function rebuildTable(wrong: readonly WrongRow[], terminal: Terminal): string {
  const rows = wrong.flatMap(({ mismatches, ...row }) =>
    mismatches.map((mismatch) => ({ ...row, ...mismatch })),
  );
  return renderTable(
    [
      { head: 'MODEL', cell: ({ model }) => model },
      { head: 'TABLE', cell: ({ table }) => table },
      { head: 'FROM', cell: ({ from }) => new Date(from).toISOString() },
      { head: 'COLUMN', cell: ({ column }) => column },
      { head: 'STORED', cell: ({ stored }) => stored },
      { head: 'RIGHT', cell: ({ expected }) => expected },
    ],
    rows,
    terminal,
  );
}

/** Differences between the stored time line and its replay, one a line. */
export function timelineTable(differences: readonly TimelineDifference[], terminal: Terminal): string {
  return renderTable(
    [
      { head: 'MODEL', cell: ({ model }) => model },
      { head: 'WHAT', cell: ({ what }) => what },
      { head: 'FROM', cell: ({ from }) => new Date(from).toISOString() },
      { head: 'STORED', cell: ({ stored }) => stored },
      { head: 'REPLAYED', cell: ({ replayed }) => replayed },
    ],
    differences,
    terminal,
  );
}
