import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createBuckets, durationBounds, firstTokenBounds } from '../../src/domain/view.js';
import { catalogue } from '../../src/metrics/catalogue.js';
import { createMonitorMetrics } from '../../src/metrics/monitor.js';
import { exposed } from './exposed.js';
import { excluded, failing, noon, sampleHealth, sampleModel, sampleView } from './sample-view.js';

const committed = new URL('../fixtures/metrics/catalogue.json', import.meta.url);
const gauges = {
  checksInFlight: 1,
  checksQueued: 0,
  pendingResults: 0,
  oldestPendingMs: 0,
  storeSizeBytes: 1,
  connectivityUp: true,
  logDropped: 0,
  storeFilesLost: 0,
  clockDoubted: false,
  notifications: [
    {
      ...{ channel: 'team', sent: 3, failed: 1, givenUp: 0, pending: 1, oldestPendingMs: 500 },
      heldBack: new Map([['quiet', 2]]),
    },
  ],
  fleet: { instances: 2, disagree: false, shardsOwned: 128, renewalsFailed: 0, fencedWrites: 0 },
};

/** The exposition when everything is known, so that each family has a series. */
async function everything(): Promise<string> {
  const view = sampleView('a', {
    model: sampleModel('a', { slo: 0.99, tokensPerDay: 10, labels: { team: 'search' } }),
    latestConclusive: { reason: 'slow' },
    durations: createBuckets(durationBounds),
    firstTokens: createBuckets(firstTokenBounds),
    keys: [true, false],
    rateLimitRemaining: { requests: 1, tokens: 2 },
    certificateExpiresAt: noon,
  });
  const monitor = createMonitorMetrics({ version: '1.2.3', missed: new Map() });
  monitor.reloaded(true, noon);
  const unknown = sampleView('b', { health: sampleHealth({ validUntil: noon - 30_000 }) });
  const down = sampleView('c', {
    health: failing('HTTP 500'),
    exclusions: [excluded(noon - 2_000, noon - 1_000)],
  });
  return (await exposed([view, unknown, down])) + (await monitor.exposition(gauges, 'text'));
}

function labelsOf(text: string, name: string): Set<string> {
  const samples = text.split('\n').filter((line) => new RegExp(`^${name}(_bucket)?[{ ]`).test(line));
  expect(samples).not.toEqual([]);
  const labels = samples.flatMap((line) => [...line.matchAll(/[{,](\w+)="/g)].map((match) => match[1] ?? ''));
  return new Set(
    labels.filter((label) => label !== 'le').map((label) => label.replace(/^label_.*/, 'label_*')),
  );
}

describe('metric catalogue', () => {
  it('is the committed one', () => {
    expect(catalogue()).toEqual(JSON.parse(readFileSync(committed, 'utf8')));
  });

  it('matches the exposition in name, type, help and labels', async () => {
    const text = await everything();
    for (const { name, type, labels, help } of catalogue()) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
      expect([name, labelsOf(text, name)]).toEqual([name, new Set(labels)]);
    }
    const exposedNames = [...text.matchAll(/^# TYPE (modelpulse_\w+)/gm)].map((match) => match[1]);
    expect(exposedNames).toEqual(catalogue().map(({ name }) => name));
  });
});
