import { expect } from '@jest/globals';
import { modelMemory } from '../../src/cli/model-memory.js';
import type { RecordedResult } from '../../src/domain/result.js';
import { dayMs } from '../../src/domain/period.js';
import type { Backend } from '../../src/http/port.js';
import { healthAnswer, healthAnswerSchema } from '../../src/http/shapes/health-shape.js';
import { csvColumns } from '../../src/http/shapes/result-csv.js';
import { resultShape } from '../../src/http/shapes/result-shape.js';
import type { Format } from '../../src/metrics/format.js';
import { probeExposition } from '../../src/metrics/probe-exposition.js';
import { checkRollups } from '../../src/store/transfer/rebuild.js';
import type { Store } from '../../src/store/port.js';
import { modelHealthReply } from '../../src/wire/model-health.js';
import { parseCsv } from '../http/csv-rows.js';
import type { Answer } from '../http/running-server.js';
import { parseText, type Sample } from '../metrics/strict-text.js';
import { migrationsDir } from '../store/samples.js';
import type { Life } from './life.js';

const everything = { from: 0, to: 8.64e15, limit: 100_000 };
const longest = { detail: 340, response: 1_024, responseModel: 300 } as const;

/** What a terminal, a log or a page could take for more than text. */
const unfit = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u;

const isWhole = (value: number | null | undefined): boolean =>
  value === null ||
  value === undefined ||
  (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0));

/** The members of a result that are not fit to be kept and shown. */
export function unfitIn(result: RecordedResult): readonly string[] {
  const texts = Object.entries(longest).filter(([member, most]) => {
    const text = result[member as keyof typeof longest] ?? '';
    return unfit.test(text) || text.length > most;
  });
  const { slot, startedAt, retryAfterMs, certificateExpiresAt, httpStatus } = result;
  const whole = { slot, startedAt, retryAfterMs, certificateExpiresAt, httpStatus };
  const counts = { ...whole, ...result.usage, ...result.rateLimitRemaining };
  const times = { durationMs: result.durationMs, firstTokenMs: result.firstTokenMs, ...result.phases };
  return [
    ...texts.map(([member]) => member),
    ...Object.entries(counts).flatMap(([name, value]) => (isWhole(value) ? [] : [name])),
    ...Object.entries(times).flatMap(([name, ms]) => (ms === null || (ms >= 0 && ms < dayMs) ? [] : [name])),
  ];
}

/** What the file keeps of a result. */
function keptOf(result: RecordedResult): Partial<RecordedResult> {
  const { slot, kind, outcome, reason, maintenance, startedAt, httpStatus, usage, keyIndex } = result;
  const round = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));
  const plain = { slot, kind, outcome, reason, maintenance, startedAt, httpStatus, usage, keyIndex };
  const timed = { durationMs: round(result.durationMs), firstTokenMs: round(result.firstTokenMs) };
  const { detail, response, responseModel } = result;
  return { ...plain, ...timed, ...(outcome !== 'healthy' && { detail, response, responseModel }) };
}

/** Results that were told of a model, oldest first. */
export const toldOf = ({ told }: Life, id: string): readonly RecordedResult[] =>
  told.flatMap((event) => (event.kind === 'result' && event.model === id ? [event.result] : []));

/** Everything that was found was told, and what was told is in the file. Answers the rows. */
export async function expectStored(life: Life, store: Store, id: string): Promise<readonly RecordedResult[]> {
  const shown = toldOf(life, id);
  const { key } = life.roster.get(id)!.view;
  const rows = [...(await store.results(key, everything))].reverse();
  expect([id, shown.length]).toEqual([id, life.found.get(id)!.length]);
  expect(rows.map(keptOf)).toEqual(shown.map(keptOf));
  return rows;
}

function sumOf(rows: readonly RecordedResult[]): { inputTokens: number; outputTokens: number } {
  const sum = { inputTokens: 0, outputTokens: 0 };
  for (const { usage } of rows) {
    sum.inputTokens += usage?.inputTokens ?? 0;
    sum.outputTokens += usage?.outputTokens ?? 0;
  }
  return sum;
}

/** Hours and days are what results and states say, and states what results say. */
export function expectRolledUp(path: string): void {
  const wrong: unknown[] = [];
  const add = (row: unknown): void => void wrong.push(row);
  const found = checkRollups({
    path,
    migrationsDir,
    memory: modelMemory,
    found: add,
    differs: add,
    fails: add,
  });
  expect([wrong, found.wrong, found.givenUp]).toEqual([[], 0, 0]);
}

/** Totals, hours and days have as many results and tokens as there are rows. */
export async function expectSummed(store: Store, id: string, rows: readonly RecordedResult[]): Promise<void> {
  const { key, totals } = (await store.models()).find((model) => model.id === id)!;
  const tokens = sumOf(rows);
  expect(totals).toMatchObject(tokens);
  expect(totals.results.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
  const counted = await store.counts(key, 0, everything.to);
  expect(counted).toMatchObject(tokens);
  expect(Object.values(counted.outcomes).reduce((sum, count) => sum + count, 0)).toBe(rows.length);
}

export async function textOf(backend: Backend, format: Format): Promise<string> {
  let text = '';
  for await (const chunk of backend.exposition(format).chunks) text += String(chunk);
  return text;
}

/** The metrics are what Prometheus reads, and say what the rows say. */
export async function expectExposed(
  backend: Backend,
  rows: ReadonlyMap<string, readonly RecordedResult[]>,
): Promise<void> {
  const samples = parseText(await textOf(backend, 'text'));
  const valueOf = (name: string, labels: Sample['labels']): number | undefined =>
    samples.find(
      (sample) =>
        sample.name === `modelpulse_${name}` &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )?.value;
  for (const [model, each] of rows) {
    const { inputTokens, outputTokens } = sumOf(each);
    expect([
      valueOf('checks_total', { model }),
      valueOf('tokens_total', { model, type: 'input' }),
      valueOf('tokens_total', { model, type: 'output' }),
    ]).toEqual([each.length, inputTokens, outputTokens]);
  }
  expect(
    samples.filter(({ name, value }) => name.startsWith('modelpulse_model') && !Number.isFinite(value)),
  ).toEqual([]);
}

/** Routes answer, by their own description, and JSON and CSV have the rows. */
export async function expectServed(
  ask: (path: string) => Promise<Answer>,
  id: string,
  rows: readonly RecordedResult[],
): Promise<void> {
  const about = `/api/v1/models/${id}`;
  const answers = ['', '/uptime', '/timeline', '/series', '/badge.svg'].map((path) => `${about}${path}`);
  for (const path of [...answers, '/api/v1/models', '/api/v1/incidents?limit=100', '/sd/prometheus']) {
    expect([path, (await ask(path)).status]).toEqual([path, 200]);
  }
  const listed = (await ask(`${about}/checks?limit=1000`)).json as { items: Record<string, unknown>[] };
  const shapes = [...rows].reverse().map((result) => resultShape(id, result));
  expect(listed.items).toEqual(JSON.parse(JSON.stringify(shapes.slice(0, 1_000))));
  const [header, ...cells] = parseCsv((await ask(`${about}/checks?format=csv`)).text);
  expect(header).toEqual(csvColumns);
  const column = (name: string): number => csvColumns.indexOf(name);
  const plain = (row: readonly string[]) => [
    row[column('slot')],
    row[column('reason')],
    row[column('input_tokens')],
  ];
  const wanted = shapes.map(({ slot, reason, usage }) => [slot, reason, String(usage?.input_tokens ?? '')]);
  expect(cells.map(plain)).toEqual(wanted);
}

/** What is told of one result elsewhere: a stream's event, the metrics of a probe, the answer of our own health API. */
export function expectTold({ backend, told }: Life): void {
  const { events } = backend;
  const odd: unknown[] = [];
  for (let number = events.oldest; number <= events.newest; number += 1) {
    const text = events.textAt(number);
    const [, data = ''] = /^id: \S+\nevent: \w+\ndata: (.*)\n\n$/.exec(text) ?? [];
    if (/\p{Surrogate}/u.test(text) || typeof JSON.parse(data) !== 'object') odd.push(text);
  }
  for (const event of told) {
    if (event.kind !== 'result') continue;
    const { result } = event;
    parseText(probeExposition(result, 'text'));
    const answer = healthAnswer({ query: 'q', result });
    const read = modelHealthReply.parse(JSON.parse(JSON.stringify(answer)));
    const said = JSON.stringify(read.details?.usage ?? null) === JSON.stringify(answer.details.usage);
    if (!said || !healthAnswerSchema.safeParse(answer).success) odd.push(answer);
    const members = unfitIn(result);
    if (members.length > 0) odd.push([members, result]);
  }
  expect(odd).toEqual([]);
}
