import { afterEach, describe, expect, it } from '@jest/globals';
import { renameSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createBeside, type Beside } from '../../src/app/beside.js';
import { newHealth } from '../../src/domain/health.js';
import { dayMs } from '../../src/domain/period.js';
import { answerLong, type HistoryQuestion, type RowsQuestion } from '../../src/http/long-read.js';
import { openHistoryReader } from '../../src/store/sqlite/history-reader.js';
import {
  batchOf,
  counted,
  failed,
  migrationsDir,
  modelWrite,
  result,
  start,
  workplace,
} from '../store/samples.js';

const place = workplace();
const built = new URL('../../dist/app/beside-thread.js', import.meta.url);
const hours = 100;
const points = [{ from: start, state: 'healthy', reason: 'ok' }] as const;

/** A thread of these lines; `port` is its end. */
function scripted(lines: string): URL {
  const source = `import { parentPort as port } from 'node:worker_threads'; ${lines}`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

const opened: Beside[] = [];
afterEach(async () => {
  for (const beside of opened.splice(0)) await beside.close();
});

function besides(path: string, changes: Partial<Parameters<typeof createBeside>[0]> = {}): Beside {
  const start = { kind: 'sqlite', path, migrationsDir } as const;
  const parts = { start, thread: built, file: () => 0, idleMs: 30_000, ...changes };
  const beside = createBeside(parts);
  opened.push(beside);
  return beside;
}

/** A store with one model and a result each hour. */
async function stored(path: string): Promise<number> {
  const store = place.open(path);
  const { key } = await store.register('gpt', start, null);
  const results = Array.from({ length: hours }, (_, hour) =>
    hour % 9 === 0 ? failed(start + hour * 3_600_000) : result(start + hour * 3_600_000),
  );
  await store.write(batchOf(modelWrite(key, { ...counted(results), points })));
  return key;
}

const rowsOf = (key: number, before?: number): RowsQuestion => ({
  kind: 'rows',
  model: 'gpt',
  key,
  query: { from: 0, to: start + 9 * dayMs, limit: 30, ...(before !== undefined && { before }) },
});
const seriesOf = (key: number): HistoryQuestion => ({
  kind: 'series',
  model: 'gpt',
  past: { key, stored: newHealth(start), exclusions: [{ from: start, to: start + dayMs }] },
  window: { from: start, to: start + 9 * dayMs },
  stepMs: dayMs,
});

async function textOf(beside: Beside, question: HistoryQuestion): Promise<string> {
  return Buffer.from((await beside.read(question)).text).toString();
}

describe('history reader thread', () => {
  it('returns the same answers as a synchronous read, page by page', async () => {
    const path = `${place.directory()}/store.db`;
    const key = await stored(path);
    const beside = besides(path);
    const reader = openHistoryReader(path, migrationsDir);
    expect(await textOf(beside, seriesOf(key))).toBe((await answerLong(reader, seriesOf(key))).text);
    let before: number | null = start + 9 * dayMs;
    let lines = 0;
    while (before !== null) {
      const answer = await beside.read(rowsOf(key, before));
      const expected = await answerLong(reader, rowsOf(key, before));
      expect(Buffer.from(answer.text).toString()).toBe(expected.text);
      lines += expected.text.split('\r\n').length - 1;
      ({ before } = answer);
    }
    expect(lines).toBe(hours);
    reader.close();
  });

  it('rejects with the store error, and recovers when the store is usable again', async () => {
    const path = `${place.directory()}/store.db`;
    const beside = besides(path);
    await expect(beside.read(rowsOf(1))).rejects.toThrow(/cannot use .*store\.db.*SQLITE_CANTOPEN/);
    const key = await stored(path);
    expect((await textOf(beside, rowsOf(key))).split('\r\n')).toHaveLength(31);
  });

  it('reads the new file after a damaged one was replaced', async () => {
    const path = `${place.directory()}/store.db`;
    const store = place.open(path);
    const beside = besides(path, { file: () => files });
    let files = 0;
    const { key } = await store.register('gpt', start, null);
    await store.write(batchOf(modelWrite(key, { results: [result(start)] })));
    expect((await textOf(beside, rowsOf(key))).split('\r\n')).toHaveLength(2);
    await store.close();
    renameSync(path, `${path}.corrupt`);
    files += 1;
    expect((await textOf(beside, rowsOf(await stored(path)))).split('\r\n')).toHaveLength(31);
  });

  it('ends after an idle period and restarts with the next question', async () => {
    const thread = scripted(`let answered = 0;
      port.on('message', ({ id }) => {
        answered += 1;
        port.postMessage({ id, answer: { text: new TextEncoder().encode(String(answered)), before: null } });
      })`);
    const kept = besides('none', { thread });
    expect([await textOf(kept, rowsOf(1)), await textOf(kept, rowsOf(1))]).toEqual(['1', '2']);
    const ended = besides('none', { thread, idleMs: 1 });
    expect(await textOf(ended, rowsOf(1))).toBe('1');
    // Until its time is over.
    do await wait(5);
    while ((await textOf(ended, rowsOf(1))) !== '1');
  });

  it('rejects pending questions when the thread dies, and starts a new thread', async () => {
    const beside = besides('none', {
      thread: scripted(`port.on('message', ({ id, question }) => {
        if (question.model === 'crash') process.exit(3);
        port.postMessage({ id, answer: { text: new Uint8Array([65]), before: null } });
      })`),
    });
    await expect(beside.read({ ...rowsOf(1), model: 'crash' })).rejects.toThrow('ended');
    expect(await textOf(beside, rowsOf(1))).toBe('A');
  });

  it('reports the cause when the thread cannot start', async () => {
    const beside = besides('none', { thread: scripted('throw new Error("no such module")') });
    const error = await beside.read(rowsOf(1)).catch((reason: unknown) => reason);
    expect((error as Error).cause).toEqual(new Error('no such module'));
  });

  it('limits the number of pending questions, except next pages of a stream, and rejects all of them on close', async () => {
    const beside = besides('none', { thread: scripted(`port.on('message', () => undefined)`) });
    const asked = Array.from({ length: 32 }, () => beside.read(rowsOf(1)));
    await expect(beside.read(rowsOf(1))).rejects.toMatchObject({ statusCode: 503, code: 'busy' });
    asked.push(beside.read(rowsOf(1, start)));
    const ends = Promise.allSettled(asked);
    await beside.close();
    for (const end of await ends)
      expect(end).toMatchObject({ status: 'rejected', reason: { statusCode: 503 } });
    await expect(beside.read(rowsOf(1))).rejects.toMatchObject({ code: 'stopping' });
  });
});
