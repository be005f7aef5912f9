/** Cells of a row of the command as the page has them: the last three stand below others, where they say something. */
export function onPage([...cells]: readonly string[]): (readonly [cell: string, below: string | null])[] {
  const [provider = '–', by = '–', cost = '–'] = cells.splice(9);
  const below = new Map([
    [2, provider === '–' || provider === cells[2] ? '–' : `provider ${provider}`],
    [4, by],
    [8, cost],
  ]);
  return cells.map((cell, at) => {
    const text = below.get(at) ?? '–';
    return [cell, text === '–' ? null : text];
  });
}
