import { expect, it } from '@jest/globals';
import type { Logger } from 'pino';
import { createNotifying } from '../../../src/app/notifying.js';
import type { Settings } from '../../../src/config/settings.js';
import { systemClock } from '../../../src/domain/clock.js';
import type { Store } from '../../../src/store/port.js';

it('channels that cannot be read keep no daemon without channels from its start', async () => {
  const errors: string[] = [];
  const damaged = () => Promise.reject(new Error('database disk image is malformed'));
  const store = { channels: damaged, notices: damaged, waitingChannels: damaged };
  const notifying = createNotifying({
    store: store as unknown as Store,
    clock: systemClock,
    log: { error: (_: object, text: string) => errors.push(text) } as unknown as Logger,
    version: '0',
    settings: () => ({ notifications: null }) as Settings,
    ready: () => true,
    nameNow: (model) => model,
    healthOf: () => null,
    viewOf: () => null,
    all: () => [],
    isAlive: () => true,
    ownership: null,
  });
  await expect(notifying.ensure()).resolves.toBeUndefined();
  await notifying.stop();
  expect(errors.length).toBeLessThan(2);
});
