import { describe, expect, it } from '@jest/globals';
import type { VendorIncident } from '../../../src/domain/vendor.js';
import { start } from '../samples.js';
import type { StoreKind } from './opener.js';

const minute = 60_000;
const told = (id: string, at: number, changes: Partial<VendorIncident> = {}): VendorIncident => ({
  ...{ page: 'openai', id, title: 'Elevated errors', impact: 'major', link: 'https://status.openai.com/i' },
  ...{ startedAt: at, resolvedAt: null, firstSeen: at + minute, seenAt: at + minute },
  ...changes,
});

export function vendorsContract(place: StoreKind): void {
  describe('incidents of vendors', () => {
    it('are kept by page and id, and read by page and time, the newest first', async () => {
      const store = await place.fresh();
      const over = told('b', start + minute, { resolvedAt: start + 2 * minute, link: null, impact: 'none' });
      const other = told('a', start + 3 * minute, { page: 'anthropic' });
      await store.keepVendorIncidents([told('a', start), over, other]);
      await store.keepVendorIncidents([]);
      expect(await store.vendorIncidents({ limit: 9 })).toEqual([other, over, told('a', start)]);
      expect(await store.vendorIncidents({ limit: 1 })).toEqual([other]);
      expect(await store.vendorIncidents({ pages: ['openai'], open: true, limit: 9 })).toEqual([
        told('a', start),
      ]);
      expect(await store.vendorIncidents({ pages: [], limit: 9 })).toEqual([]);
      const window = { from: start + 2 * minute, to: start + 3 * minute };
      expect(await store.vendorIncidents({ ...window, limit: 9 })).toEqual([told('a', start)]);

      const changed = { title: 'Fixed', resolvedAt: start + 4 * minute, seenAt: start + 4 * minute };
      await store.keepVendorIncidents([told('a', start, changed)]);
      expect(await store.vendorIncidents({ pages: ['openai'], limit: 1, from: start + 3 * minute })).toEqual([
        told('a', start, changed),
      ]);
    });

    it('are kept as long as days are', async () => {
      const store = await place.fresh();
      const old = start - 20 * 365 * 24 * 60 * minute;
      await store.keepVendorIncidents([
        told('old', old, { resolvedAt: old, seenAt: old }),
        told('new', start),
      ]);
      while (await store.prune(start + minute));
      expect((await store.vendorIncidents({ limit: 9 })).map(({ id }) => id)).toEqual(['new']);
    });
  });
}
