import { expect, it } from '@jest/globals';
import { askedWindow } from '../../src/cli/options.js';
import { sheetOf } from '../../src/report/report-sheet.js';

it('shows the first 500 models and says how many there are', () => {
  const now = Date.UTC(2026, 2, 1);
  const models = Array.from({ length: 501 }, (_, index) => ({
    model: `m${index}`,
    objective: null,
    deadlines: [],
    retiredAt: null,
    figures: null,
    incidents: [],
    uptime: null,
    coverage: null,
    met: null,
    budgetUsed: null,
  }));
  const sheet = sheetOf(models, askedWindow('month:2026-02', 'UTC', now), now);
  expect([sheet.rows.length, sheet.models]).toEqual([500, 501]);
});
