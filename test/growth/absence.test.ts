import { expect, it } from '@jest/globals';
import { addStep, emptyPending, rowsOf, writeOf } from '../../src/app/pending.js';
import { newHealth, withGap } from '../../src/domain/health.js';
import { dayMs } from '../../src/domain/period.js';
import { reduce } from '../../src/domain/reduce.js';
import { createPackBatch } from '../../src/store/sqlite/write/packed-batch.js';
import { rules } from '../domain/life.js';
import { result, start } from '../store/samples.js';
import { costOf } from './growth.js';

it.each([1, 10, 70])('takes the first results of 100 models after %i years within 20 ms', async (years) => {
  const packBatch = createPackBatch();
  const seen = result(start + years * 365 * dayMs);
  const before = withGap(newHealth(start), start + dayMs);
  const work = (): void => {
    const models = Array.from({ length: 100 }, (_, key) => {
      const pending = emptyPending();
      const step = reduce(before, seen, rules);
      addStep(pending, seen, step);
      expect(rowsOf(pending)).toBeGreaterThan(years * 365);
      return writeOf(pending, { key, memory: { health: step.health }, watermark: seen.slot });
    });
    packBatch({ models, missed: new Map() });
  };
  expect(await costOf(work, 20)).toBeLessThan(20);
});
