/** Reads CSV as RFC 4180 has it, each line ended by CRLF; throws where it is not. */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const from = cell.lastIndex;
    const found = cell.exec(text);
    if (found === null) throw new Error(`no cell: ${JSON.stringify(text.slice(from, from + 100))}`);
    const [, quoted, plain = '', end] = found;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) throw new Error('the last line has no end');
  const [header] = rows;
  const odd = rows.find(({ length }) => length !== header?.length);
  if (odd !== undefined) throw new Error(`a row of ${odd.length} cells: ${JSON.stringify(odd)}`);
  return rows;
}
