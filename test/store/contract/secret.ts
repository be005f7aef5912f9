import { describe, expect, it } from '@jest/globals';
import type { StoreKind } from './opener.js';

export function secretContract(place: StoreKind): void {
  describe('the secret of a store', () => {
    it('is random, and the same for good', async () => {
      const where = await place.somewhere();
      const first = await where.open();
      const secret = await first.secret();
      expect(secret).toMatch(/^[0-9a-f]{64}$/);
      expect(await first.secret()).toBe(secret);
      await first.close();
      expect(await (await where.open()).secret()).toBe(secret);
      expect(await (await place.fresh()).secret()).not.toBe(secret);
    });
  });
}
