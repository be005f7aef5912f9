import { describe, expect, it } from '@jest/globals';
import { renderToString } from 'preact-render-to-string';
import { MonitorStatus } from '../../src/page/monitor-status.js';
import type { MonitorView } from '../../src/page/monitor-view.js';
import { noon } from '../metrics/sample-view.js';

const well: MonitorView = {
  scheduler: { live: true, inFlight: 0, queued: 0, missed: 0 },
  store: { bytes: 1_000, waiting: 0, oldestWaitingMs: 0, failure: null },
  configuration: { inForceSince: noon, warnings: [], refused: [] },
  reaches: true,
};

/** The line that is seen while the rest is folded. */
function lineOf(changes: Partial<MonitorView>): string {
  const monitor = { ...well, ...changes };
  const html = renderToString(MonitorStatus({ monitor, now: noon, grafanaUrl: null }));
  return /<summary>(.*?)<\/summary>/.exec(html)?.[1]?.replaceAll(/<[^>]*>/g, '') ?? '';
}

const warnings = ['models[1].region is not used', 'models[2].region is not used'];

describe('the line of the monitor', () => {
  it.each<[string, Partial<MonitorView>]>([
    ['Monitor is well', {}],
    ['Monitor has 1 warning', { configuration: { inForceSince: noon, warnings: ['one'], refused: [] } }],
    ['Monitor has 3 warnings', { configuration: { inForceSince: noon, warnings, refused: ['a', 'b'] } }],
    ['Monitor is blind ', { reaches: false }],
    [
      'Monitor is blind 2 more warnings',
      { reaches: false, configuration: { inForceSince: noon, warnings, refused: [] } },
    ],
    [
      'History is not being written 1 more warning',
      { store: { ...well.store, failure: 'disk is full' }, scheduler: { ...well.scheduler, live: false } },
    ],
    ['Checks stand still ', { scheduler: { ...well.scheduler, live: false } }],
  ])('%s', (line, changes) => {
    expect(lineOf(changes)).toBe(line);
  });
});
