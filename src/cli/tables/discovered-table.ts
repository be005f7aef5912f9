import type { ListedModel } from '../foreign/listed-models.js';
import type { Terminal } from '../terminal.js';
import { renderTable, type Column } from './table.js';

const columns: readonly Column<ListedModel>[] = [
  { head: 'MODEL', cell: ({ name }) => name },
  {
    head: 'PROBE',
    cell: ({ use, other }) => use ?? `none: ${other ?? 'unknown'}`,
    paint: ({ use }) => (use === null ? 'dim' : null),
  },
  { head: 'KNOWN FROM', cell: ({ guess }) => (guess ? 'the name, a guess' : 'the list') },
];

/** The models of an endpoint, one row each. */
export function discoveredTable(models: readonly ListedModel[], terminal: Terminal): string {
  return renderTable(columns, models, terminal, { head: 'REMARK', cell: ({ remark }) => remark });
}
