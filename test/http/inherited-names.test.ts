import { describe, expect, it } from '@jest/globals';
import { statusPageWarnings } from '../../src/config/status-page.js';
import { sampleModel, sampleView } from '../metrics/sample-view.js';
import { samplePage, startSite } from './sample-page.js';
import { some } from '../slow.js';

/** Names that every object has members for: a look-up without thought finds a function. */
const names = Object.getOwnPropertyNames(Object.prototype).filter((name) => !name.startsWith('__'));

const views = names.map((name, index) =>
  sampleView(name, {
    key: index + 1,
    model: sampleModel(name, { provider: name, modelName: name, labels: { tier: name } }),
  }),
);
const models = { ids: ['*'] };

describe('a name that every object has', () => {
  it.each(some(names, 1))('%s is shown as any other on all pages', async (name) => {
    const page = samplePage({ models, name_by: name, group_by: name });
    const other = samplePage({ path: '/other', models: { labels: { [name]: name } } });
    const { ask } = await startSite({ pages: [page, other], views });
    const told = encodeURIComponent(name);
    for (const path of [
      '/status',
      '/status/feed.atom',
      '/status/api/v2/summary.json',
      '/other',
      '/',
      `/?group=label:${told}`,
      `/?group=${told}&label=${told}:${told}&state=${told}&blame=${told}&sort=${told}&q=${told}`,
      `/models/${told}`,
      `/incidents?label=${told}:${told}`,
      '/metrics',
      `/api/v1/models/${told}`,
      '/api/v1/models',
    ]) {
      const { status, text } = await ask(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toMatch(/native code|\[object /);
    }
    expect((await ask('/status')).text).toContain('Model 1');
  });

  it('is no label of a model that lacks it', () => {
    const plain = [sampleModel('a')];
    for (const name of names) {
      const page = samplePage({ models, name_by: name, show: { ids: false } });
      expect(statusPageWarnings([page], plain)).toMatchObject([
        { message: expect.stringContaining('1 of its 1') },
      ]);
    }
  });
});
