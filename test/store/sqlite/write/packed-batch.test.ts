import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPackBatch, putPacked } from '../../../../src/store/sqlite/write/packed-batch.js';
import { states } from '../../../../src/domain/state.js';
import type { Batch } from '../../../../src/store/port.js';
import type { Value } from '../../../../src/store/write/batch-rows.js';
import { putBatch } from '../../../../src/store/write/model-write.js';
import { counted, failed, modelWrite, result, start } from '../../samples.js';

type Row = readonly [statement: string, values: readonly Value[]];

/** Of the bytes, which are UTF-8 for a text. */
const hexOf = (value: string | Uint8Array): string => Buffer.from(value as Uint8Array).toString('hex');

function rowsOf(give: (put: (statement: string, values: readonly Value[]) => void) => void): Row[] {
  const rows: Row[] = [];
  give((statement, values) => {
    rows.push([
      statement,
      values.map((value) => (typeof value === 'number' || value === null ? value : hexOf(value))),
    ]);
  });
  return rows;
}

const time = fc.integer({ min: 0, max: 400 }).map((minutes) => start + minutes * 60_000);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(null));
const model = fc
  .record({
    key: fc.integer({ min: 1, max: 1e6 }),
    slots: fc.array(time, { maxLength: 5 }),
    detail: text,
    gaps: fc.array(time, { maxLength: 3 }),
    windows: fc.array(fc.record({ from: time, to: time }), { maxLength: 3 }),
    settings: fc.jsonValue(),
    opened: fc.option(time),
    rewriteFrom: fc.option(time),
    span: fc.record({
      from: fc.integer({ min: 0, max: 60 }).map((hours) => start + hours * 3_600_000),
      hours: fc.integer({ min: 1, max: 90 }),
      state: fc.constantFrom(...states),
      sign: fc.constantFrom<(1 | -1)[]>(1, -1),
      final: fc.boolean(),
    }),
    tokens: fc.oneof(fc.nat(), fc.constantFrom(1e30, 12.5, -1, Infinity)),
  })
  .map(({ key, slots, detail, gaps, windows, settings, opened, rewriteFrom, span, tokens }) =>
    modelWrite(key, {
      ...counted(
        slots.map((slot, n) =>
          n % 2 === 0
            ? { ...result(slot), usage: { inputTokens: tokens, outputTokens: 1 } }
            : { ...failed(slot), detail },
        ),
      ),
      wholeHours: [{ ...span, to: span.from + span.hours * 3_600_000 }],
      rewriteFrom,
      points: slots.map((from) => ({ from, state: 'healthy', reason: 'ok' })),
      gaps,
      maintenance: windows,
      epochs: slots.map((from) => ({ from, settings })),
      incidents:
        opened === null
          ? []
          : [
              {
                openedAt: opened,
                closedAt: null,
                reason: 'timeout',
                blame: 'provider',
                checksFailed: 2,
                lastDetail: detail,
              },
            ],
    }),
  );

it('contains the same values as the batch after a copy between threads', () => {
  fc.assert(
    fc.property(fc.array(model, { maxLength: 4 }), fc.nat(), (models, missed) => {
      const batch: Batch = { models, missed: new Map([['down', missed]]) };
      const copied = structuredClone(createPackBatch()(batch));
      expect(rowsOf((put) => putPacked(put, copied))).toEqual(rowsOf((put) => putBatch(put, batch)));
    }),
  );
});

it('throws for a value of the wrong type, instead of writing null', () => {
  const wrong = { ...failed(start), detail: 5 as unknown as string };
  const batch: Batch = { models: [modelWrite(1, counted([wrong]))], missed: new Map() };
  expect(() => createPackBatch()(batch)).toThrow(TypeError);
});

it('preserves every byte of a blob', () => {
  const many = Array.from({ length: 300 }, (_, n) => result(start + n));
  const batch: Batch = { models: [modelWrite(1, counted(many))], missed: new Map() };
  const rows = rowsOf((put) => putBatch(put, batch));
  expect(
    rows.some(([, values]) => values.some((value) => /^(?:[\da-f]{2})*[89a-f][\da-f]/.test(String(value)))),
  ).toBe(true);
  expect(rowsOf((put) => putPacked(put, structuredClone(createPackBatch()(batch))))).toEqual(rows);
});
