import { noon } from './sample-view.js';

/** What the monitor tells of itself when all of it is known, so that each family has a series. */
export const sampleGauges = {
  checksInFlight: 1,
  checksQueued: 0,
  pendingResults: 0,
  oldestPendingMs: 0,
  storeSizeBytes: 1,
  connectivityUp: true,
  logDropped: 0,
  storeFilesLost: 0,
  clockDoubted: false,
  otlp: { ok: 1, partial: 0, failed: 2, skipped: 0 },
  vendors: [
    {
      ...{ page: 'openai', link: 'https://status.openai.com', isUp: true, readAt: noon, models: 1 },
      ...{ open: [], word: null },
    },
  ],
  notifications: [
    {
      ...{ channel: 'team', sent: 3, failed: 1, givenUp: 0, pending: 1, oldestPendingMs: 500 },
      heldBack: new Map([['quiet', 2]]),
    },
  ],
  fleet: { instances: 2, disagree: false, shardsOwned: 128, renewalsFailed: 0, fencedWrites: 0 },
};
