import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linesOfFile } from '../../src/cli/commands/import.js';
import { modelMemory } from '../../src/cli/model-memory.js';
import { exportHistory } from '../../src/store/transfer/export.js';
import { importHistory } from '../../src/store/transfer/import.js';
import { useParts } from '../app/parts.js';
import { fullLife } from '../store/full-life.js';
import { dayMs, hourMs } from '../../src/domain/period.js';
import { migrationsDir, start, workplace } from '../store/samples.js';
import { amount, inFull, some } from '../slow.js';
import { processMs } from '../processor-time.js';
import { repeated, steepness, type Work } from './growth.js';

type Line = Readonly<Record<string, unknown>> & { readonly type: string };

const place = workplace();
const createParts = useParts();

const directory = mkdtempSync(join(tmpdir(), 'modelpulse-growth-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A closed database in which there is something of every kind, from `begins` on. */
async function filled(name: string, begins: number): Promise<string> {
  const path = join(directory, name);
  const store = place.open(path);
  await fullLife(store, createParts(store), begins);
  await store.close();
  return path;
}

const textOf = (lines: readonly Line[]): string =>
  lines
    .map((line) => JSON.stringify(line.type === 'end' ? { ...line, lines: lines.length } : line) + '\n')
    .join('');

/** The time in a member, some steps later. */
const later = (line: Line, member: string, ms: number): Line => ({
  ...line,
  [member]: new Date(Date.parse(String(line[member])) + ms).toISOString(),
});

/** The lines, with many in the place of the first of a type, and the others of it left out. */
function grown(lines: readonly Line[], type: string, count: number, of: (line: Line, n: number) => Line) {
  const first = lines.findIndex((line) => line.type === type);
  return lines.flatMap((line, at) => {
    if (at === first) return Array.from({ length: count }, (_each, n) => of(line, n));
    return line.type === type && line.model === lines[first]!.model ? [] : [line];
  });
}

const many: Readonly<Record<string, (lines: readonly Line[], count: number) => readonly Line[]>> = {
  models(lines, count) {
    const other = lines.filter(({ id, model }) => id === 'other' || model === 'other');
    const copies = Array.from({ length: count / 20 }, (_each, n) =>
      other.map((line) => ({ ...line, [line.type === 'model' ? 'id' : 'model']: `other-${n}` })),
    );
    const at = lines.findIndex(({ id }) => id === 'other');
    return [...lines.slice(0, at), ...copies.flat(), ...lines.slice(at)];
  },
  epochs: (lines, count) => grown(lines, 'epoch', count, (line, n) => later(line, 'from', n)),
  windows: (lines, count) =>
    grown(lines, 'maintenance', count, (line, n) => later(later(line, 'from', n), 'to', n)),
  gaps: (lines, count) => grown(lines, 'gap', count, (line, n) => later(line, 'slot', n)),
  states: (lines, count) => grown(lines, 'state', count, (line, n) => later(line, 'from', n)),
  results: (lines, count) => grown(lines, 'result', count, (line, n) => later(line, 'slot', n)),
  incidents: (lines, count) =>
    grown(
      lines.filter(({ type }) => type !== 'note'),
      'incident',
      count,
      (line, n) => later(line, 'opened_at', n),
    ),
  notes: (lines, count) => grown(lines, 'note', count, (line, n) => later(line, 'at', n)),
  exclusions: (lines, count) =>
    grown(lines, 'exclusion', count, (line, n) => later(later(line, 'from', n), 'to', n)),
  hours: (lines, count) =>
    grown(lines, 'hour', count, (line, n) => later(line, 'from', (n - count) * hourMs)),
  // Half as many: 16,000 days would begin before 2000.
  days: (lines, count) =>
    grown(lines, 'day', count / 2, (line, n) => later(line, 'from', (n - count / 2) * dayMs)),
};

/** A text of 60 KiB in as many lines as make up the length. */
const long: Readonly<Record<string, (lines: readonly Line[], length: number) => readonly Line[]>> = {
  'of results': (lines, length) =>
    grown(lines, 'result', length / 61_440, (line, n) => ({
      ...later(line, 'slot', n),
      detail: repeated('"\u0301', 61_440),
      response: repeated('\\', 61_440),
    })),
  'of notes': (lines, length) =>
    grown(lines, 'note', length / 61_440, (line) => ({ ...line, text: repeated('\n', 61_440) })),
};

interface Memory {
  readonly health: object;
  readonly epochs: readonly [object];
}

const mib = 1_024 * 1_024;
/** As a file is read. */
const chunk = 4 * 1_024;
const timesFrom = (count: number) => Array.from({ length: count }, (_each, n) => start + n);

/** What a memory may have much of. */
const memories: Readonly<Record<string, (memory: Memory, count: number) => object>> = {
  fingerprints: (memory, count) => ({ ...memory, fingerprints: timesFrom(count).map(String) }),
  'members that are not known': (memory, count) => ({
    ...memory,
    ...Object.fromEntries(timesFrom(count).map((time) => [`m${time}`, time])),
  }),
  epochs: (memory, count) => ({
    ...memory,
    epochs: timesFrom(count / 10).map((from) => ({
      ...memory.epochs[0],
      from,
      schedule: { kind: 'cron', expression: '0 * * * *', timezone: 'UTC', spreadMs: null },
    })),
  }),
  windows: (memory, count) => ({
    ...memory,
    health: { ...memory.health, windows: timesFrom(count).map((from) => ({ from, to: from + 1 })) },
  }),
  gaps: (memory, count) => ({ ...memory, health: { ...memory.health, gaps: timesFrom(count) } }),
};

let lines: readonly Line[] = [];
let empty = '';
let newer = '';
beforeAll(async () => {
  const text = [...exportHistory(await filled('older.db', start), migrationsDir, [])].join('');
  lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  empty = join(directory, 'empty.db');
  await place.open(empty).close();
  newer = await filled('newer.db', start + 10 * dayMs);
});

function importing(text: string, into: string): Work {
  const path = join(directory, 'target.db');
  for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
  copyFileSync(into, path);
  const input = Readable.from([Buffer.from(text)]);
  return () => importHistory({ path, migrationsDir, memory: modelMemory }, linesOfFile('-', input));
}

/** Lines of an import. */
const counts = amount([1_000, 4_000, 16_000], [200, 800, 3_200]);
const unbounded = { mostMs: Infinity, meter: processMs };

describe.each(some(Object.entries(many), 2))('import of many %s', (_what, grow) => {
  it('takes time linear in their number', async () => {
    const costs = await steepness((count) => importing(textOf(grow(lines, count)), empty), {
      ...unbounded,
      lengths: counts,
    });
    expect(costs).toBeNull();
  });

  inFull('takes time linear in their number before existing history', async () => {
    const costs = await steepness((count) => importing(textOf(grow(lines, count)), newer), {
      ...unbounded,
      lengths: counts,
    });
    expect(costs).toBeNull();
  });
});

describe('import of long texts', () => {
  it.each(some(Object.entries(long), 1))('takes time linear in their length: %s', async (_what, grow) => {
    const costs = await steepness((length) => importing(textOf(grow(lines, length)), empty), {
      ...unbounded,
      lengths: amount([mib, 4 * mib, 16 * mib], [mib / 4, mib, 4 * mib]),
    });
    expect(costs).toBeNull();
  });

  it.each(some(Object.entries(memories), 1))(
    'takes time linear in the memory of a model: %s',
    async (_what, grow) => {
      const costs = await steepness(
        (count) =>
          importing(
            textOf(
              lines.map((line) =>
                line.id === 'gpt' ? { ...line, memory: grow(line.memory as Memory, count) } : line,
              ),
            ),
            empty,
          ),
        { ...unbounded, lengths: counts },
      );
      expect(costs).toBeNull();
    },
  );

  inFull('takes time linear in the length of an endless line', async () => {
    const costs = await steepness(
      (length) => {
        const input = Readable.from(Array.from({ length: length / chunk }, () => Buffer.alloc(chunk, 'a')));
        return async () => {
          for await (const some of linesOfFile('-', input)) expect(some.length).toBeLessThan(2);
        };
      },
      { ...unbounded, lengths: [mib, 4 * mib, 16 * mib] },
    );
    expect(costs).toBeNull();
  });
});
