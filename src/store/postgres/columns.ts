/** A text as PostgreSQL takes it: it has no NUL, which becomes U+FFFD, as half a character does. */
export function textOf(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}

/** Rows as an array for each column, for `unnest`. */
export function columnsOf(rows: readonly (readonly unknown[])[], count: number): unknown[][] {
  return Array.from({ length: count }, (_, at) => rows.map((row) => row[at] ?? null));
}

/** `unnest($1::int4[], $2::int8[])` for the types of columns. */
export function unnest(types: readonly string[]): string {
  return `unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})`;
}

/** A time as a parameter: infinite ones become the farthest. */
export function instant(time: number): number {
  const most = Number.MAX_SAFE_INTEGER;
  return Math.ceil(Math.min(most, Math.max(-most, time)));
}
