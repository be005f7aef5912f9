import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createBuckets, durationBounds } from '../../src/domain/view.js';
import { catalogue } from '../../src/metrics/catalogue.js';
import { createMonitorMetrics } from '../../src/metrics/monitor.js';
import { exposed } from './exposed.js';
import { sampleGauges } from './sample-gauges.js';
import {
  excluded,
  failing,
  noon,
  observedStream,
  sampleHealth,
  sampleModel,
  sampleView,
} from './sample-view.js';

const committed = new URL('../fixtures/metrics/catalogue.json', import.meta.url);

/** The exposition when everything is known, so that each family has a series. */
async function everything(): Promise<string> {
  const view = sampleView('a', {
    model: sampleModel('a', {
      slo: 0.99,
      tokensPerDay: 10,
      usdPerMonth: 1,
      balance: { everyMs: 60_000, warnBelow: 5 },
      labels: { team: 'search' },
    }),
    latestConclusive: { reason: 'slow' },
    durations: createBuckets(durationBounds),
    ...observedStream(),
    keys: [true, false],
    rateLimitRemaining: { requests: 1, tokens: 2 },
    headroom: { tokens: { limit: 4, remaining: 2, resetAt: null, until: noon + 60_000 } },
    ...{ cost: { currency: 'USD', nanos: 1 }, monthCost: { month: 24_322, nanos: 1 } },
    balances: [{ key: 1, amount: 2, currency: 'USD', at: noon, askedBy: 'a' }],
    certificateExpiresAt: noon,
    announced: { deprecated: null, sunsetAt: noon },
  });
  const monitor = createMonitorMetrics({ version: '1.2.3', missed: new Map() });
  monitor.reloaded(true, noon);
  const unknown = sampleView('b', { health: sampleHealth({ validUntil: noon - 30_000 }) });
  const down = sampleView('c', {
    health: failing('HTTP 500'),
    exclusions: [excluded(noon - 2_000, noon - 1_000)],
  });
  return (await exposed([view, unknown, down])) + (await monitor.exposition(sampleGauges, 'text'));
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
