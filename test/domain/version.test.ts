import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noVersions, withVersions, type VersionChange } from '../../src/domain/version.js';

interface Seen {
  readonly responseModel: string | null;
  readonly systemFingerprint: string | null;
}

/** What is told of replies that come in this order. */
function changesOf(replies: readonly Seen[]): readonly (readonly VersionChange[])[] {
  let versions = noVersions;
  return replies.map((seen) => {
    const step = withVersions(versions, seen);
    versions = step.versions;
    return step.changes;
  });
}
const builds = (...names: readonly (string | null)[]) =>
  changesOf(names.map((systemFingerprint) => ({ responseModel: 'm', systemFingerprint })));

describe('version change', () => {
  it('is reported for each different model name, but not for the first or a missing one', () => {
    const names = ['gpt-1', null, 'gpt-1', 'gpt-2', 'gpt-1'];
    const told = changesOf(names.map((responseModel) => ({ responseModel, systemFingerprint: null })));
    expect(told.flat()).toEqual([
      { what: 'response_model', was: 'gpt-1', is: 'gpt-2' },
      { what: 'response_model', was: 'gpt-2', is: 'gpt-1' },
    ]);
  });

  it('is reported once for a new build, even if a few builds alternate', () => {
    expect(builds('a', 'b', 'a', 'b', null, 'a', 'c', 'b', 'c').flat()).toEqual([
      { what: 'system_fingerprint', was: 'a', is: 'b' },
      { what: 'system_fingerprint', was: 'a', is: 'c' },
    ]);
  });

  it('is reported exactly for builds that are not among the last eight', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 11 }).map(String), { maxLength: 80 }), (names) => {
        const told = builds(...names).map((changes) => changes.length);
        const expected = names.map((name, index) => {
          const before = [...new Set(names.slice(0, index).reverse())].slice(0, 8);
          return before.length > 0 && !before.includes(name) ? 1 : 0;
        });
        expect(told).toEqual(expected);
      }),
    );
  });

  it('tracks at most eight builds', () => {
    let versions = noVersions;
    for (let n = 0; n < 50; n += 1)
      ({ versions } = withVersions(versions, { responseModel: null, systemFingerprint: `fp_${n}` }));
    expect(versions.fingerprints).toHaveLength(8);
  });
});
