import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { createMonitorMetrics, type MonitorGauges } from '../../src/metrics/monitor.js';
import { exposed, seriesOf } from './exposed.js';
import { noon, sampleModel, sampleView } from './sample-view.js';

const gauges: MonitorGauges = {
  checksInFlight: 3,
  checksQueued: 2,
  pendingResults: 1,
  oldestPendingMs: 2_500,
  storeSizeBytes: 4096,
  connectivityUp: null,
  logDropped: 0,
  storeFilesLost: 0,
  clockDoubted: false,
};
const options = { version: '1.2.3', missed: new Map([['down', 7]] as const) };

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool && process.env.CI !== 'true') {
  process.stderr.write('SKIPPED: promtool is not installed, so the exposition was not checked with it\n');
}

describe('metrics of the monitor itself', () => {
  it('include every cause of a missed slot from the start, and continue from the store', async () => {
    const monitor = createMonitorMetrics(options);
    monitor.missed('down', 2);
    const series = seriesOf(await monitor.exposition(gauges, 'text'));
    expect(series.get('modelpulse_scheduler_checks_missed_total{cause="down"}')).toBe('9');
    for (const cause of ['overlap', 'capacity', 'stopped', 'loop_blocked']) {
      expect(series.get(`modelpulse_scheduler_checks_missed_total{cause="${cause}"}`)).toBe('0');
    }
  });

  it('include the gauges of the current scrape, and omit null values', async () => {
    const monitor = createMonitorMetrics(options);
    await monitor.exposition({ ...gauges, connectivityUp: false }, 'text');
    const series = seriesOf(await monitor.exposition(gauges, 'text'));
    expect(series.get('modelpulse_checks_in_flight')).toBe('3');
    expect(series.get('modelpulse_checks_queued')).toBe('2');
    expect(series.get('modelpulse_store_pending_results')).toBe('1');
    expect(series.get('modelpulse_store_size_bytes')).toBe('4096');
    expect(series.has('modelpulse_connectivity_up')).toBe(false);
    expect(
      seriesOf(await monitor.exposition({ ...gauges, connectivityUp: false }, 'text')).get(
        'modelpulse_connectivity_up',
      ),
    ).toBe('0');
  });

  it('have the same names in the text format after an OpenMetrics scrape', async () => {
    const monitor = createMonitorMetrics(options);
    const namesIn = (text: string) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const before = namesIn(await monitor.exposition(gauges, 'text'));
    expect(namesIn(await monitor.exposition(gauges, 'openmetrics'))).not.toEqual(before);
    expect(namesIn(await monitor.exposition(gauges, 'text'))).toEqual(before);
  });

  it('are observed in seconds', async () => {
    const monitor = createMonitorMetrics(options);
    monitor.observeDelay(30);
    monitor.observeStoreWrite(2);
    monitor.storeFailed();
    monitor.resultsDropped(3);
    monitor.resultRefused();
    const series = seriesOf(await monitor.exposition(gauges, 'text'));
    expect(series.get('modelpulse_scheduler_delay_seconds_sum')).toBe('0.03');
    expect(series.get('modelpulse_scheduler_delay_seconds_bucket{le="0.05"}')).toBe('1');
    expect(series.get('modelpulse_scheduler_delay_seconds_bucket{le="0.025"}')).toBe('0');
    expect(series.get('modelpulse_store_write_seconds_sum')).toBe('0.002');
    expect(series.get('modelpulse_store_errors_total')).toBe('1');
    expect(series.get('modelpulse_store_dropped_results_total')).toBe('3');
    expect(series.get('modelpulse_store_refused_results_total')).toBe('1');
  });

  it('keep the time of the last successful reload when one fails', async () => {
    const monitor = createMonitorMetrics(options);
    expect(
      seriesOf(await monitor.exposition(gauges, 'text')).has('modelpulse_config_last_reload_successful'),
    ).toBe(false);
    monitor.reloaded(true, noon);
    monitor.reloaded(false, noon + 5_000);
    const series = seriesOf(await monitor.exposition(gauges, 'text'));
    expect(series.get('modelpulse_config_last_reload_successful')).toBe('0');
    expect(series.get('modelpulse_config_last_reload_success_timestamp_seconds')).toBe(String(noon / 1000));
  });

  it('are separate for two monitors', async () => {
    const [one, other] = [createMonitorMetrics(options), createMonitorMetrics(options)];
    one.storeFailed();
    expect(seriesOf(await other.exposition(gauges, 'text')).get('modelpulse_store_errors_total')).toBe('0');
  });

  (hasPromtool || process.env.CI === 'true' ? it : it.skip)(
    'are accepted by promtool, together with those of the models',
    async () => {
      const monitor = createMonitorMetrics(options);
      monitor.reloaded(true, noon);
      const models = [
        sampleView('a'),
        sampleView('b "c" \\', {
          model: sampleModel('b "c" \\', { labels: { a: '1' }, slo: 0.9, tokensPerDay: 5 }),
        }),
        sampleView('d', {
          latestConclusive: { reason: 'slow' },
          keys: [true, false],
          certificateExpiresAt: noon,
        }),
      ];
      const input =
        (await exposed(models)) + (await monitor.exposition({ ...gauges, connectivityUp: true }, 'text'));
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    },
  );
});
