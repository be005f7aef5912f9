import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { createOtlp } from '../../src/app/otlp.js';
import type { OtlpSettings } from '../../src/config/otlp.js';
import type { Settings } from '../../src/config/settings.js';
import { systemClock } from '../../src/domain/clock.js';

const settings: OtlpSettings = {
  ...{ endpoint: 'http://127.0.0.1:9/v1/metrics', headers: {}, everyMs: 10, timeoutMs: 10 },
  ...{ protocol: 'http/protobuf', genAi: null },
};

describe('the push of metrics', () => {
  it('starts no thread for a receiver that was replaced while the metrics were read', async () => {
    let inForce: OtlpSettings = settings;
    const reads: { begun: Promise<void>; end: () => void }[] = [];
    const begins: (() => void)[] = [];
    const texts: Promise<string>[] = [];
    for (let count = 0; count < 2; count += 1) {
      const begun = new Promise<void>((resolve) => begins.push(resolve));
      let end = (): void => undefined;
      texts.push(new Promise((resolve) => (end = () => resolve('a 1\n'))));
      reads.push({ begun, end });
    }
    const otlp = createOtlp({
      ...{ clock: systemClock, log: pino({ level: 'silent' }), version: '1.2.3' },
      // The rest is not read.
      settings: () => ({ server: { host: '127.0.0.1', port: 1 }, otlp: inForce }) as Settings,
      exposition() {
        begins.shift()?.();
        const text = texts.shift();
        return {
          chunks: (async function* () {
            if (text !== undefined) yield await text;
          })(),
          givenUp: new AbortController().signal,
          leave: () => undefined,
        };
      },
      ...{ view: () => undefined, views: () => [], isOwn: () => true },
    });
    otlp.ensure();
    const [first, second] = reads;
    await first?.begun;
    inForce = { ...settings, endpoint: 'http://127.0.0.1:10/v1/metrics' };
    otlp.ensure();
    first?.end();
    // One push runs at a time, so that the first has ended.
    await second?.begun;
    expect(otlp.tally()).toMatchObject({ ok: 0, partial: 0, failed: 0 });
    await otlp.stop();
    second?.end();
  });
});
