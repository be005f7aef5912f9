import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blames, outcomes } from '../../../../src/domain/reason.js';
import { emptyRollup, type Rollup } from '../../../../src/domain/rollup.js';
import { lastSpeedBucket } from '../../../../src/domain/speed.js';
import { states } from '../../../../src/domain/state.js';
import { addRow, figureNames, type RollupRow } from '../../../../src/store/rows/rollup-row.js';
import { Database } from '../../../../src/store/sqlite/file/sqlite.js';
import { addRollup } from '../../../../src/store/tally.js';
import { modelWrite, start, workplace } from '../../samples.js';

const place = workplace();
/** Often 0, so that many sets of figures come. */
const figure = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000 }));
const record = <Word extends string>(words: readonly Word[]): fc.Arbitrary<Record<Word, number>> =>
  fc
    .array(figure, { minLength: words.length, maxLength: words.length })
    .map(
      (figures) => Object.fromEntries(words.map((word, at) => [word, figures[at]])) as Record<Word, number>,
    );
const count = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 }));
const histogram = (max: number): fc.Arbitrary<Rollup['latency']> =>
  fc.array(fc.tuple(fc.integer({ min: 0, max }), count), { maxLength: 2 }).map((pairs) => new Map(pairs));
const rollup: fc.Arbitrary<Rollup> = fc.record({
  durations: record(states),
  outcomes: record(outcomes),
  blames: record(blames),
  inputTokens: figure,
  outputTokens: figure,
  cost: fc.option(figure),
  latency: histogram(255),
  speed: histogram(lastSpeedBucket),
});

it('hours and days contain the sums of all rollups, also with zero values', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rollup, { minLength: 1, maxLength: 120 }), async (rollups) => {
      const folder = place.directory();
      const store = place.open(`${folder}/store.db`);
      const { key } = await store.register('gpt', start, null);
      for (const each of rollups) {
        const write = modelWrite(key, { rollups: new Map([[start, each]]) });
        expect(await store.write({ models: [write], missed: new Map() })).toEqual([]);
      }
      await store.close();
      const sum = emptyRollup();
      for (const each of rollups) addRollup(sum, each);

      const file = new Database(`${folder}/store.db`, { readonly: true });
      for (const table of ['hours', 'days']) {
        const row = file.prepare(`SELECT ${figureNames.join(', ')} FROM ${table}`).get() as RollupRow;
        const found = emptyRollup();
        addRow(found, row);
        for (const state of states) found.durations[state] = Number(row[`${state}_ms`]);
        expect(found).toEqual(sum);
      }
      file.close();
    }),
    { numRuns: 10 },
  );
});
