// The labelled replies of test/fixtures/replies: what is counted of them in docs/replies.md, and how often `classify` and the monitor are right.
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../test/fixtures/replies/', import.meta.url);

/** All cases, in the order of their files. */
export function labelledReplies() {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')).cases ?? []);
}

/** Most providers with a column of their own. */
const mostColumns = 8;

function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, most], [b, more]) => more - most || (a < b ? -1 : 1));
}

/** Rows of reasons, columns of providers. */
export function replyCounts() {
  const all = labelledReplies();
  const providers = counted(all.map(({ provider }) => provider));
  const shown = providers.slice(0, mostColumns).map(([name]) => name);
  const head = ['reason', 'all', ...shown.map((name) => `\`${name}\``), 'others'];
  const rowOf = (name, cases) => {
    const own = shown.map((provider) => cases.filter((one) => one.provider === provider).length);
    const others = cases.length - own.reduce((sum, count) => sum + count, 0);
    return [name, cases.length, ...[...own, others].map((count) => count || '')].map(String);
  };
  const reasons = counted(all.map(({ expect }) => expect.reason));
  const rows = reasons.map(([reason]) =>
    rowOf(
      `\`${reason}\``,
      all.filter(({ expect }) => expect.reason === reason),
    ),
  );
  return { total: all.length, head, rows: [...rows, rowOf('all', all)] };
}

/** The host or repository of a source. */
function placeOf(source) {
  const text = typeof source === 'string' ? source : JSON.stringify(source);
  if (/^https?:/.test(text)) return 'documentation of providers and engines';
  if (/^[\w.-]+\/[\w.-]+#\d+/.test(text)) return 'issues and pull requests of public repositories';
  return 'clients, source code and forms of known replies';
}

/** How many cases come from which kind of source. */
export const replySources = () => counted(labelledReplies().map(({ source }) => placeOf(source ?? '')));
