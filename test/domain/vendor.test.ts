import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  concernsModels,
  detectionLeadMs,
  followVendor,
  medianOf,
  overlapping,
  type ReadIncident,
  type VendorIncident,
  type VendorReading,
} from '../../src/domain/vendor.js';

const start = Date.UTC(2026, 10, 27, 12);
const minute = 60_000;
const everything = { only: [], ignore: [] };

const told = (id: string, changes: Partial<ReadIncident> = {}): ReadIncident => ({
  ...{ id, title: 'Elevated errors', impact: 'major', startedAt: start, updatedAt: null },
  ...{ resolvedAt: null, isResolved: false, link: null, components: [] },
  ...changes,
});
const reading = (incidents: readonly ReadIncident[], isWhole = true): VendorReading => ({
  ...{ level: null, incidents, isWhole },
});

/** What is stored after some readings, by id. */
function follow(readings: readonly (readonly [number, VendorReading])[]): VendorIncident[] {
  const stored = new Map<string, VendorIncident>();
  for (const [at, each] of readings)
    for (const one of followVendor('openai', [...stored.values()], each, everything, at))
      stored.set(one.id, one);
  return [...stored.values()];
}

describe('incidents of a vendor', () => {
  it('one that is missing in a whole reading is over, in a part of a page it lasts', () => {
    const seen = [start + minute, reading([told('a')])] as const;
    expect(follow([seen, [start + 3 * minute, reading([])]])).toMatchObject([
      { id: 'a', firstSeen: start + minute, resolvedAt: start + 3 * minute },
    ]);
    expect(follow([seen, [start + 3 * minute, reading([], false)]])).toMatchObject([{ resolvedAt: null }]);
    const days = start + 2 * 24 * 60 * minute;
    expect(follow([seen, [days, reading([], false)]])).toMatchObject([{ resolvedAt: start + minute }]);
  });

  it('takes its own beginning and end, and never a time that lies ahead', () => {
    const late = told('a', { startedAt: start + 10 * minute });
    expect(follow([[start, reading([late])]])).toMatchObject([{ startedAt: start }]);
    const over = told('a', { isResolved: true, resolvedAt: start + minute });
    expect(
      follow([
        [start + 2 * minute, reading([told('a')])],
        [start + 3 * minute, reading([over])],
      ]),
    ).toMatchObject([{ startedAt: start, resolvedAt: start + minute, seenAt: start + minute }]);
  });

  it('does not store what was over long ago, nor more than some new ones at once', () => {
    const month = 30 * 24 * 60 * minute;
    const old = told('old', { startedAt: start - 2 * month, isResolved: true, resolvedAt: start - month });
    expect(follow([[start, reading([old])]])).toEqual([]);
    const many = Array.from({ length: 100 }, (_, index) => told(`n${index}`));
    expect(follow([[start, reading(many, false)]])).toHaveLength(20);
    const hours = Array.from({ length: 30 }, (_, hour): [number, VendorReading] => [
      start + hour * minute,
      reading(
        Array.from({ length: 100 }, (_each, index) => told(`h${hour}-${index}`)),
        false,
      ),
    ]);
    expect(follow(hours)).toHaveLength(50);
  });

  it.each([
    [{ components: ['ChatGPT'], title: 'Slow' }, false],
    [{ components: ['ChatGPT', 'Chat Completions'], title: 'Slow' }, true],
    [{ components: [], title: 'ChatGPT login issues' }, false],
    [{ components: [], title: 'ChatGPT and API errors' }, true],
    [{ components: [], title: 'Elevated errors' }, true],
  ])('%j concerns models: %s', (incident, concerned) => {
    expect(concernsModels(incident, { only: [], ignore: ['chatgpt'] })).toBe(concerned);
  });

  it('of a page of many products only those count that are named', () => {
    const scope = { only: ['vertex', 'gemini'], ignore: [] };
    expect(concernsModels({ components: ['Cloud Storage'], title: 'Slow' }, scope)).toBe(false);
    expect(concernsModels({ components: ['Vertex Gemini API'], title: 'Slow' }, scope)).toBe(true);
  });

  it('the lead is the time to the beginning that lies nearest, and positive where the monitor was earlier', () => {
    const at = (minutes: number): VendorIncident => ({
      ...{ page: 'openai', id: String(minutes), title: '', impact: 'major', link: null, resolvedAt: null },
      ...{ startedAt: start + minutes * minute, firstSeen: start, seenAt: start },
    });
    expect(detectionLeadMs(start, [at(-600), at(4)])).toBe(4 * minute);
    expect(detectionLeadMs(start, [at(-2)])).toBe(-2 * minute);
    expect(detectionLeadMs(start, [])).toBeNull();
    expect(overlapping([at(4), { ...at(-9), resolvedAt: start - minute }], start, null)).toEqual([at(4)]);
    expect(overlapping([at(4)], start, start + 3 * minute)).toEqual([]);
  });

  it('has a median', () => {
    expect([[], [3], [1, 9], [5, 1, 9]].map(medianOf)).toEqual([null, 3, 5, 5]);
  });

  it('whatever is read, times are in order and nothing is told anew that did not change', () => {
    const time = fc.option(
      fc.constantFrom(-1, 0, start - 5 * minute, start, start + minute, 9e15, Number.NaN),
    );
    const one = fc.record({
      ...{
        id: fc.constantFrom('', 'a', 'b', 'c'),
        title: fc.constantFrom('x', 'y'),
        impact: fc.constant('minor' as const),
      },
      ...{ startedAt: time, updatedAt: time, resolvedAt: time, isResolved: fc.boolean() },
      ...{ link: fc.constant(null), components: fc.constant([]) },
    });
    const readings = fc.array(fc.tuple(fc.array(one, { maxLength: 4 }), fc.boolean()), { maxLength: 6 });
    fc.assert(
      fc.property(readings, (all) => {
        const stored = new Map<string, VendorIncident>();
        all.forEach(([incidents, isWhole], index) => {
          const now = start + index * minute;
          const each = reading(incidents, isWhole);
          for (const changed of followVendor('p', [...stored.values()], each, everything, now)) {
            expect(changed.startedAt).toBeLessThanOrEqual(now);
            expect(changed.resolvedAt ?? now).toBeGreaterThanOrEqual(changed.startedAt);
            expect(changed.firstSeen).toBeLessThanOrEqual(now);
            stored.set(changed.id, changed);
          }
          const again = followVendor('p', [...stored.values()], each, everything, now);
          expect(again).toEqual([]);
        });
      }),
    );
  });
});
