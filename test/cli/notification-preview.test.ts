import { expect, it } from '@jest/globals';
import { previewed } from '../../src/cli/notification-preview.js';
import { notificationsOf } from '../../src/config/notifications.js';
import { notificationsSchema } from '../../src/config/schema/notifications-schema.js';
import type { Settings } from '../../src/config/settings.js';
import type { Notice } from '../../src/domain/notify/notice.js';
import type { StoreReader } from '../../src/store/port.js';
import { hour, minute, start } from '../domain/notify/notices.js';

const remark = (what: 'key' | 'budget' | 'version', model: string, at: number): Notice => ({
  ...{ kind: 'happened', what, model, provider: 'openai', labels: {}, since: at, at },
  ...{ reason: null, blame: null, detail: `the ${what}`, failures: null },
});

it('has the remarks that were stored, by what the configuration tells now', async () => {
  const notices = [
    remark('key', 'm', start - hour),
    remark('key', 'm', start + minute),
    remark('budget', 'm', start + 2 * minute),
    remark('version', 'gone', start + 3 * minute),
    remark('version', 'm', start + 4 * minute),
  ].map((notice, index) => ({ id: index + 1, notice }));
  const store: Partial<StoreReader> = {
    incidents: () => Promise.resolve([]),
    names: () => Promise.resolve([]),
    notices: (after) => Promise.resolve({ newest: 5, notices: notices.filter(({ id }) => id > after) }),
  };
  const notifications = notificationsOf(
    notificationsSchema.parse({
      channels: { team: { slack: { url: 'https://a.b/c' } } },
      tell: { budget: false },
    }),
  )!;
  const models = [{ id: 'm', provider: 'openai', labels: {} }];
  const settings = { models, notifications } as unknown as Settings & { notifications: typeof notifications };
  const [channel] = await previewed(store as StoreReader, settings, { from: start, to: start + hour });
  expect(channel?.messages.map(({ kind, title }) => [kind, title])).toEqual([
    ['remark', 'm: the key since 2026-11-01 00:01 UTC'],
    ['remark', 'm: another version answers since 2026-11-01 00:04 UTC: the version'],
  ]);
});
