import type { VNode } from 'preact';
import { plural } from './figures.js';
import { cut, Foreign } from './foreign-text.js';
import { modelAddress } from './page-address.js';
import type { ReportRow, ReportSheet } from './report-sheet.js';

/** Figures that stand below another one, so that the table fits on paper. */
const below: Readonly<Record<string, string>> = {
  'Provider uptime': 'Uptime',
  'Down by': 'Time down',
  Cost: 'Checks',
};

/** What a column shows below its own figure: a provider's uptime only where it is another one. */
function smallOf(cells: readonly (string | null)[], heads: readonly string[], head: string): string | null {
  const at = heads.findIndex((one) => below[one] === head);
  const text = cells[at] ?? null;
  if (heads[at] !== 'Provider uptime' || text === null) return text;
  return text === cells[heads.indexOf(head)] ? null : `provider ${text}`;
}

interface CellsProps {
  readonly cells: readonly (string | null)[];
  readonly heads: readonly string[];
  readonly empty: string;
  readonly classOf?: (head: string) => string;
}

function Cells({ cells, heads, empty, classOf = () => 'n' }: CellsProps): VNode {
  return (
    <>
      {cells.map((cell, index) => {
        const head = heads[index] ?? '';
        if (below[head] !== undefined) return null;
        const small = smallOf(cells, heads, head);
        return (
          <td class={classOf(head)}>
            {cell ?? empty}
            {small !== null && <small>{small}</small>}
          </td>
        );
      })}
    </>
  );
}

function classIn(row: ReportRow): (head: string) => string {
  return (head) => {
    if (row.met === false && head === 'Result') return 'n c-u strong';
    return row.partly && head === 'Coverage' ? 'n about' : 'n';
  };
}

export function ReportTable({ sheet }: { readonly sheet: ReportSheet }): VNode {
  const { heads, rows, totals, models } = sheet;
  return (
    <div class="scroll" tabindex={0} role="group" aria-labelledby="figures">
      <table class="levels">
        <thead>
          <tr>
            <th scope="col">Model</th>
            {heads
              .filter((head) => below[head] === undefined)
              .map((head) => (
                <th scope="col" class="n">
                  {head}
                </th>
              ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <th scope="row">
                <a href={modelAddress(row.model)}>
                  <bdi>
                    <Foreign text={cut(row.model, 80)} />
                  </bdi>
                </a>
              </th>
              <Cells cells={row.cells} heads={heads} empty="–" classOf={classIn(row)} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{plural(models)}</th>
            <Cells cells={totals} heads={heads} empty="" />
          </tr>
        </tfoot>
      </table>
      {models > rows.length && (
        <p class="mut">{`${plural(models - rows.length, 'more model')} in the files and in the totals.`}</p>
      )}
    </div>
  );
}
