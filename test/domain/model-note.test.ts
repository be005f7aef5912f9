import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { announcedAfter } from '../../src/domain/announced.js';
import { notesOf, withSightings, type NoteChange, type Sighting } from '../../src/domain/model-note.js';
import type { CheckResult } from '../../src/domain/result.js';

type Shown = Pick<CheckResult, 'deadFamily' | 'phases' | 'stalled'>;
const dead: Shown = {
  deadFamily: { family: 6, host: 'api.example.com', waitedMs: 1_003.4 },
  phases: { dns: 3, tcp: 1_010 },
};
const good: Shown = { phases: { dns: 3, tcp: 10 } };
const reused: Shown = { phases: { request: 1 } };
const slow: Shown = { phases: { dns: 1_400, tcp: 10 } };

/** The changes with the number of the check that shows them. */
function changesOf(results: readonly Shown[]): [number, NoteChange['change'], string][] {
  let sightings: readonly Sighting[] = [];
  return results.flatMap((result, index) => {
    const step = withSightings(sightings, result, 1_000 * (index + 1));
    sightings = step.sightings;
    return step.changes.map(({ change, kind }): [number, NoteChange['change'], string] => [
      index + 1,
      change,
      kind,
    ]);
  });
}
const times = (count: number, result: Shown): Shown[] => Array.from({ length: count }, () => result);

describe('notes of a model', () => {
  it('begin with the third check in a row, once, and end after ten without', () => {
    expect(changesOf([...times(5, dead), ...times(20, good), dead])).toEqual([
      [3, 'began', 'dead_address_family'],
      [15, 'ended', 'dead_address_family'],
    ]);
    expect(changesOf([dead, dead, good, dead, dead])).toEqual([]);
    expect(changesOf([...times(3, dead), ...times(9, good), dead, ...times(9, good)])).toHaveLength(1);
  });

  it('are not changed by a connection of before, nor by a check that the monitor held up', () => {
    const stalled: Shown = { ...dead, stalled: true };
    expect(changesOf([dead, dead, reused, stalled, dead])).toEqual([[5, 'began', 'dead_address_family']]);
    expect(changesOf([...times(3, dead), ...times(30, reused)])).toHaveLength(1);
  });

  it('begin anew where another family or host is dead', () => {
    const other: Shown = { ...dead, deadFamily: { family: 4, host: 'api.example.com', waitedMs: 1_000 } };
    expect(changesOf([...times(3, dead), ...times(3, other)])).toEqual([
      [3, 'began', 'dead_address_family'],
      [4, 'ended', 'dead_address_family'],
      [6, 'began', 'dead_address_family'],
    ]);
  });

  it('tell of slow look-ups and of the deprecation as well', () => {
    expect(changesOf([slow, { phases: { dns: 1_000 } }, slow, slow, slow])).toEqual([
      [5, 'began', 'slow_lookup'],
    ]);
    let sightings: readonly Sighting[] = [];
    for (let slot = 1; slot <= 3; slot += 1)
      ({ sightings } = withSightings(sightings, { ...dead, phases: { dns: 1_400, tcp: 1_500 } }, slot));
    const announced = { deprecated: { since: Date.UTC(2026, 0, 2) }, sunsetAt: null };
    expect(notesOf({ sightings, announced }).map(({ text }) => text)).toEqual([
      'IPv6 of api.example.com does not answer; each check waits 1.00 s for it.',
      'Looking up the name of the endpoint takes over 1.00 s: 1.40 s at the newest slow check.',
      'The provider marks the model or its address as deprecated as of 2026-01-02.',
    ]);
  });

  it('are at most one of each kind, and each end follows its beginning', () => {
    const any = fc.array(fc.constantFrom(dead, good, reused, slow, { ...dead, ...slow }), { maxLength: 80 });
    fc.assert(
      fc.property(any, (results) => {
        for (const kind of ['dead_address_family', 'slow_lookup']) {
          const own = changesOf(results).filter(([, , of]) => of === kind);
          expect(own.map(([, change]) => change)).toEqual(
            own.map((_, index) => (index % 2 === 0 ? 'began' : 'ended')),
          );
        }
      }),
    );
  });
});

describe('announcements', () => {
  const announced = { deprecated: null, sunsetAt: 1 };
  it('hold until a good reply has none', () => {
    const good = { outcome: 'healthy', httpStatus: 200 } as const;
    expect(announcedAfter(null, { ...good, announced })).toBe(announced);
    expect(announcedAfter(announced, { outcome: 'unhealthy', httpStatus: 503 })).toBe(announced);
    expect(announcedAfter(announced, { outcome: 'unhealthy', httpStatus: null })).toBe(announced);
    expect(announcedAfter(announced, good)).toBeNull();
  });
});
