import { statusPageSchema } from '../../src/config/schema/status-page-schema.js';
import type { Logo, StatusPage } from '../../src/config/page-settings.js';
import { statusPageOf } from '../../src/config/status-page.js';
import type { ModelView } from '../../src/domain/view.js';
import type { Backend } from '../../src/http/port.js';
import type { PublicPages } from '../../src/http/public-pages.js';
import type { StoredIncident } from '../../src/store/port.js';
import { noon, sampleModel, sampleView } from '../metrics/sample-view.js';
import { createFakeBackend } from './fake-backend.js';
import { startServer, type Running } from './running-server.js';

/** A page from the keys of its file. */
export function samplePage(keys: object = {}, logo: Logo | null = null): StatusPage {
  const whole = { path: '/status', title: 'Example', models: { ids: ['gold-*'] }, access: 'public', ...keys };
  return statusPageOf(statusPageSchema.parse(whole), logo);
}

/** A view with a key and labels of its own. */
export function member(id: string, key: number, changes: Partial<ModelView> = {}): ModelView {
  const labels = { tier: id.split('-')[0]!, name: `Name of ${id}` };
  return sampleView(id, { key, model: sampleModel(id, { labels }), ...changes });
}

export function storedIncident(
  id: number,
  model: string,
  openedAt: number,
  closedAt: number | null,
): StoredIncident {
  const rest = {
    reason: 'server_error',
    blame: 'provider',
    checksFailed: 3,
    lastDetail: 'secret detail',
  } as const;
  return { id, model, openedAt, closedAt, ...rest, notes: [], exclusions: [], acknowledged: null };
}

export interface Site extends Running {
  /** Replaces the pages, as a reload does. */
  setPages(pages: readonly StatusPage[]): void;
  /** Sets the clock of the daemon. */
  setNow(now: number): void;
  /** How often the store was asked for incidents. */
  readonly reads: () => number;
  /** Lets the store fail from now on. */
  breakStore(): void;
}

/** A server with public pages over some models and their incidents. */
export async function startSite(parts: {
  pages: readonly StatusPage[];
  views?: readonly ModelView[];
  incidents?: readonly StoredIncident[];
  token?: string | null;
  public?: Partial<PublicPages>;
}): Promise<Site> {
  const { views = [], incidents = [], token = null } = parts;
  let { pages } = parts;
  let now = noon;
  let reads = 0;
  let broken = false;
  const fake = createFakeBackend({ views: [...views] });
  const backend: Backend = {
    ...fake,
    now: () => now,
    store: {
      ...fake.store,
      incidents: ({ model }) => {
        reads += 1;
        if (broken) return Promise.reject(new Error('the disk is gone'));
        const name = views.find(({ key }) => key === model)?.model.id;
        return Promise.resolve(
          incidents.filter((incident) => model === undefined || incident.model === name),
        );
      },
    },
  };
  const running = await startServer(backend, {
    access: () => ({ token, readTokens: [], publicBadges: false }),
    publicPages: () => ({
      maintenance: [],
      baseUrl: 'https://pulse.example.com',
      ...parts.public,
      pages,
    }),
  });
  return {
    ...running,
    setPages: (next) => (pages = next),
    setNow: (next) => (now = next),
    reads: () => reads,
    breakStore: () => (broken = true),
  };
}
