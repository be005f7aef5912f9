import { expect, it } from '@jest/globals';
import type { Tracked } from '../../src/app/tracked.js';
import { createWindows } from '../../src/app/windows.js';
import { createCalendar } from '../../src/calendar/calendar.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();

it('reads the patterns of a rule as often for 10,000 models as for one, when it is loaded and when a window begins', async () => {
  const parts = createParts(place.fresh());
  await parts.roster.replace([modelNamed('gpt')], start);
  const gpt = parts.roster.get('gpt')!;
  const models = Array.from({ length: 10_000 }, (_, index): Tracked => {
    const model = { ...gpt.view.model, id: `model-${index}` };
    return { ...gpt, pending: null, view: { ...gpt.view, model } };
  });
  let changed = 0;
  const windows = createWindows(
    createCalendar(),
    () => models,
    () => (changed += 1),
  );
  let read = 0;
  const rules = Array.from({ length: 5 }, (_, index) => ({
    kind: 'recurring' as const,
    reason: null,
    cron: `0 ${index + 1} * * *`,
    timezone: 'UTC',
    durationMs: 60_000,
    get models() {
      read += 1;
      return [`model-*${index}`, 'other-*'];
    },
  }));
  windows.replace(rules, start, []);
  windows.sweep(start + 3_600_000);
  // To copy the rule, and to compile its patterns.
  expect(read).toBeLessThanOrEqual(2 * rules.length);
  expect(changed).toBe(1_000);
});
