import { describe, expect, it } from '@jest/globals';
import type { Acknowledgement, Incident } from '../../../src/domain/incident.js';
import { dayMs } from '../../../src/domain/period.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import type { AcknowledgementChange } from '../../../src/store/port.js';
import { batchOf, modelWrite, start } from '../samples.js';
import type { StoreKind } from './opener.js';

const incident: Incident = {
  ...{ openedAt: start, closedAt: null, reason: 'timeout', blame: 'provider' },
  ...{ checksFailed: 1, lastDetail: null },
};

function change(by: string | null, more: Partial<Acknowledgement> = {}): AcknowledgementChange {
  const said = { at: start + 60_000, by: by ?? 'Bob', note: null, until: null, ...more };
  const notice: Notice = {
    ...{ kind: by === null ? 'taken_back' : 'acknowledged', what: 'unhealthy', model: 'gpt' },
    ...{ provider: 'openai', labels: {}, since: start, at: said.at, reason: 'timeout', blame: 'provider' },
    ...{ detail: null, failures: 1, acknowledged: said },
  };
  return { acknowledgement: by === null ? null : said, notice };
}

export function acknowledgementsContract(place: StoreKind): void {
  describe('acknowledgements of the store', () => {
    async function opened() {
      const store = await place.fresh();
      const { key } = await store.register('gpt', start, null);
      await store.write(batchOf(modelWrite(key, { incidents: [incident] })));
      const [stored] = await store.incidents({ limit: 1 });
      const noticed = async () => (await store.notices(0, 100)).notices.map(({ notice }) => notice);
      return { store, key, id: stored!.id, noticed };
    }

    it('are kept with what is to be told of them, and replaced, and taken back', async () => {
      const { store, key, id, noticed } = await opened();
      expect(await store.acknowledged()).toEqual([]);
      const first = change('Ann \u0000 é', { note: 'on it', until: start + dayMs });
      const done = await store.acknowledge(id, first);
      expect(done?.changed).toBe(true);
      const kept = done?.incident.acknowledged;
      expect(kept).toMatchObject({ note: 'on it', until: start + dayMs });
      expect(await store.acknowledged()).toEqual([{ key, incident: id, openedAt: start, ...kept }]);
      expect((await store.incidents({ limit: 1 }))[0]?.acknowledged).toEqual(kept);
      const second = change('Bob');
      expect(await store.acknowledge(id, second)).toMatchObject({
        changed: true,
        incident: { acknowledged: second.acknowledgement },
      });
      const back = change(null);
      expect(await store.acknowledge(id, back)).toMatchObject({
        changed: true,
        incident: { acknowledged: null },
      });
      expect(await store.acknowledged()).toEqual([]);
      expect((await noticed()).map(({ kind }) => kind)).toEqual([
        'acknowledged',
        'acknowledged',
        'taken_back',
      ]);
    });

    it('change nothing where they say the same again, and none is of a closed or unknown incident', async () => {
      const { store, key, id, noticed } = await opened();
      const at = start + 60_000;
      await store.acknowledge(id, change('Ann', { until: at + dayMs }));
      const again = change('Ann', { at: at + 5_000, until: at + dayMs + 5_000 });
      expect(await store.acknowledge(id, again)).toMatchObject({
        changed: false,
        incident: { acknowledged: { at, until: at + dayMs } },
      });
      expect(await store.acknowledge(id, change('Ann', { until: at + 2 * dayMs }))).toMatchObject({
        changed: true,
      });
      await store.write(
        batchOf(modelWrite(key, { incidents: [{ ...incident, closedAt: start + dayMs, checksFailed: 7 }] })),
      );
      expect(await store.acknowledge(id, change(null))).toMatchObject({
        changed: false,
        incident: { closedAt: start + dayMs, acknowledged: { by: 'Ann' } },
      });
      expect(await store.acknowledged()).toEqual([]);
      expect(await store.acknowledge(id + 1, change('Ann'))).toBeNull();
      expect(await noticed()).toHaveLength(2);
    });

    it('change nothing that is taken back twice, or of a model that left the registry', async () => {
      const { store, key, id, noticed } = await opened();
      expect(await store.acknowledge(id, change(null))).toMatchObject({ changed: false });
      await store.retire([key], start + dayMs);
      expect(await store.acknowledge(id, change('Ann'))).toMatchObject({
        changed: false,
        incident: { acknowledged: null },
      });
      expect(await noticed()).toEqual([]);
    });

    it('are deleted with their incident', async () => {
      const { store, key, id } = await opened();
      await store.acknowledge(id, change('Ann'));
      await store.write(batchOf(modelWrite(key, { incidents: [{ ...incident, closedAt: start + dayMs }] })));
      while (await store.prune(start + 20 * 366 * dayMs));
      expect(await store.incidents({ limit: 1 })).toEqual([]);
      await store.write(batchOf(modelWrite(key, { incidents: [incident] })));
      expect((await store.incidents({ limit: 1 }))[0]?.acknowledged).toBeNull();
    });
  });
}
