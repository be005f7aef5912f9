import { describe, expect, it } from '@jest/globals';
import type { ModelView } from '../../src/domain/view.js';
import { excluded, noon, sampleHealth, sampleModel, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer } from './running-server.js';

const hour = 3_600_000;

async function pageOf(view: Partial<ModelView>): Promise<string> {
  const { ask } = await startServer(createFakeBackend({ views: [sampleView('a', view)] }));
  return (await ask('/models/a')).text;
}

const paused = sampleHealth({
  state: 'unknown',
  reason: 'paused',
  pauses: [{ from: noon - hour, to: null }],
});

describe('page of a model that is', () => {
  it('paused by hand: it can be resumed, and not checked', async () => {
    const text = await pageOf({ health: paused, pausedBy: 'operator', nextDue: () => null });
    expect(text).toContain('Paused by hand');
    expect(text).toContain('action="/models/a/resume"');
    expect(text).not.toContain('action="/models/a/check"');
  });

  it('paused in the configuration: there it is resumed', async () => {
    const text = await pageOf({ health: paused, pausedBy: 'configuration', nextDue: () => null });
    expect(text).toContain('remove <code>pause</code> there');
    expect(text).not.toContain('action="/models/a/resume"');
  });

  it('in maintenance: until when, and why', async () => {
    const window = excluded(noon - hour, noon + hour);
    const health = sampleHealth({ state: 'maintenance', reason: null, windows: [window] });
    const text = await pageOf({ health, exclusions: [window] });
    expect(text).toContain('In maintenance until 13:00 UTC.');
    expect(text).toContain('move');
    expect(text).toContain('action="/models/a/exclusions/');
  });

  it('healthy and about to fail: what is about to go wrong', async () => {
    const text = await pageOf({ keys: [true, false], certificateExpiresAt: noon + 30 * 24 * hour });
    expect(text).toContain('Key 2 of 2 was refused at its last use.');
    expect(text).toContain('30 days left, until 1 Feb 2026');
  });

  it('named and labelled by a stranger: each is text, also in addresses', async () => {
    const id = 'a"b<i>?#%';
    const model = sampleModel(id, { labels: { team: '"><script>' }, modelName: '<img src=x>' });
    const { ask } = await startServer(createFakeBackend({ views: [sampleView(id, { model })] }));
    const { status, text } = await ask(`/models/${encodeURIComponent(id)}`);
    expect(status).toBe(200);
    expect(text).not.toMatch(/<i>|<img|"><script/);
    expect(text).toContain('action="/models/a%22b%3Ci%3E%3F%23%25/check"');
  });
});
