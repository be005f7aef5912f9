import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { State } from '../../src/domain/state.js';
import { states } from '../../src/domain/state.js';
import { drawBar } from '../../src/page/bar.js';
import { barSentence, groupsOf } from '../../src/page/status-components.js';
import { readEmbeddedParts, type StatusLook } from '../../src/page/status-look.js';
import { statusPage, statusSentence, worstState } from '../../src/page/status-page.js';
import type { StatusComponent, StatusPageView } from '../../src/page/status-view.js';
import { createStatusWords } from '../../src/page/status-words.js';
import { noon } from '../metrics/sample-view.js';
import { amount } from '../slow.js';

const day = 86_400_000;
const words = createStatusWords('en-GB', 'UTC');
const none = { healthy: 0, degraded: 0, unhealthy: 0, unknown: 0, maintenance: 0 };
const look: StatusLook = {
  assets: { css: '/assets/page.css', script: '/assets/page.js' },
  accentSheet: null,
  logo: null,
  noindex: false,
  windows: ['90d'],
  feeds: [],
  embeddable: false,
};

function component(state: State, changes: Partial<StatusComponent> = {}): StatusComponent {
  const uptime = { '90d': { uptime: 0.99876, coverage: 0.9 } };
  const rest = { group: '', since: noon, firstSeen: noon - day, uptime, bar: null, course: [], p95: null };
  return { id: `id-${state}`, name: state, state, ...rest, ...changes };
}

function view(components: readonly StatusComponent[], changes: Partial<StatusPageView> = {}): StatusPageView {
  const place = { title: 'Example', path: '/status', url: 'https://pulse.example.com/status' };
  const empty = { incidents: [], maintenances: [], announcements: [] };
  return { ...place, locale: 'en-GB', timezone: 'UTC', now: noon, components, ...empty, ...changes };
}

const plain = (html: string): string => html.replace(/^.*<main/, '<main').replaceAll(/<[^>]*>/g, '');

describe('sentence', () => {
  it.each<[readonly State[], string]>([
    [[], 'There are no models on this page'],
    [['healthy'], 'The model is up'],
    [['unhealthy'], 'The model is down'],
    [['degraded'], 'The model is degraded'],
    [['healthy', 'healthy'], 'All 2 models are up'],
    [['unhealthy', 'degraded', 'healthy'], '1 of 3 models is down'],
    [['degraded', 'unknown', 'healthy'], '1 of 3 models is degraded'],
    [['unknown', 'healthy'], 'No model is known to be down'],
    [['maintenance', 'healthy'], 'No model is known to be down'],
    [['unknown', 'unknown'], 'The state of the models is unknown'],
  ])('for %j is "%s"', (some, sentence) => {
    expect(statusSentence(view(some.map((state) => component(state))), words)).toBe(sentence);
  });

  it('never says that all are up unless each is healthy', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { minLength: 1, maxLength: 8 }), (some) => {
        const made = view(some.map((state) => component(state)));
        const said = statusSentence(made, words);
        const healthy = some.every((state) => state === 'healthy');
        expect(/\bup\b/.test(said)).toBe(healthy);
        expect(worstState(made) === 'healthy').toBe(healthy);
        expect(said.includes('down') && !said.includes('known')).toBe(some.includes('unhealthy'));
      }),
    );
  });
});

describe('groups', () => {
  it('come worst first, and models without one last', () => {
    const components = [
      component('healthy', { group: 'a' }),
      component('unhealthy'),
      component('degraded', { group: 'b' }),
      component('unknown', { group: 'a' }),
    ];
    expect(
      groupsOf(components).map(({ name, components: some }) => [name, some.map(({ state }) => state)]),
    ).toEqual([
      ['b', ['degraded']],
      ['a', ['unknown', 'healthy']],
      ['', ['unhealthy']],
    ]);
  });
});

describe('a bar', () => {
  const first = Date.UTC(2026, 0, 1);
  it('says what it shows in the language of the page', () => {
    const bar = drawBar([
      { from: first, durations: { ...none, healthy: day - 60_000, unhealthy: 60_000 } },
      { from: first + day, durations: { ...none, healthy: day } },
      { from: first + 2 * day, durations: { ...none, unknown: day } },
    ]);
    expect(barSentence(bar, words)).toBe('3 days: down on 1 day, last 1 Jan for 1 min; unknown on 1 day');
    const german = createStatusWords('de', 'Europe/Berlin');
    expect(barSentence(bar, german)).toBe(
      '3 Tage: an 1 Tag ausgefallen, zuletzt am 1. Jan. für 1 Min.; an 1 Tag unbekannt',
    );
  });

  it('does not call healthy what nobody saw', () => {
    expect(barSentence(drawBar([{ from: first, durations: none }]), words)).toBe('1 day: Unknown');
    expect(barSentence(drawBar([{ from: first, durations: { ...none, healthy: 1 } }]), words)).toBe(
      '1 day: healthy',
    );
  });
});

describe('the page', () => {
  it('shows an en dash for what is not known, and a mark below full coverage', () => {
    const unknown = component('unknown', { uptime: { '90d': { uptime: null, coverage: null } } });
    const html = statusPage({ view: view([unknown, component('healthy')]), look, words });
    expect(plain(html)).toContain('Uptime 90 days: –');
    expect(html).toContain('<span class="n low">');
    expect(plain(html)).toContain('99.87%90.0% watched');
  });

  it('lists at most 100 entries of the last days', () => {
    const incidents = Array.from({ length: 130 }, (_, index) => ({
      id: String(index),
      component: 'id-healthy',
      openedAt: noon - index * 60_000 - 60_000,
      closedAt: noon - index * 60_000 - 30_000,
      lastedMs: 30_000,
      reason: null,
    }));
    const text = plain(statusPage({ view: view([component('healthy')], { incidents }), look, words }));
    expect(text.match(/was down/g)).toHaveLength(100);
    expect(text).toContain('30 earlier incidents are not listed.');
  });

  it('escapes whatever names, titles, reasons and announcements hold', () => {
    const hostile = fc.oneof(
      fc.constantFrom('<script>alert(1)</script>', '" onload="x', '\u202etxt', '</title><b>', '{name}{n}'),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const made = view([component('unhealthy', { name: text, group: text })], {
          title: text,
          incidents: [
            {
              ...{ id: '1', component: 'id-unhealthy', openedAt: noon - 60_000, closedAt: null },
              lastedMs: 60_000,
              reason: text,
            },
          ],
          maintenances: [
            { id: '2', components: ['id-unhealthy'], from: noon, to: noon + 1_000, reason: text },
          ],
          announcements: [{ id: '3', title: text, text, from: noon - 1, to: null }],
        });
        for (const embedded of [[], ['components']] as const) {
          const html = statusPage({ view: made, look: { ...look, embeddable: true }, words }, embedded);
          expect(html.match(/<script\b/g)).toHaveLength(1);
          expect(html).not.toMatch(/<b>(?!<)|\sonload="|\sstyle=|\u202e/);
        }
      }),
      { numRuns: amount(200, 50) },
    );
  });

  it('is cheap: a row of a bar with its sentence takes less than 1 KB', () => {
    const bar = drawBar(
      Array.from({ length: 90 }, (_, index) => ({
        from: noon - index * day,
        durations: { ...none, healthy: day - 60_000, unhealthy: index % 30 === 0 ? 60_000 : 0 },
      })),
    );
    const size = (count: number): number => {
      const some = Array.from({ length: count }, () => component('healthy', { bar }));
      return statusPage({ view: view(some), look, words }).length;
    };
    expect(size(11) - size(1)).toBeLessThan(10_000);
  });
});

describe('the parts to embed', () => {
  it.each([
    ['', []],
    ['embed=banner', ['banner']],
    ['embed=components,banner,components', ['banner', 'components']],
    ['embed=1', []],
  ])('of ?%s are %j', (query, parts) => {
    expect(readEmbeddedParts(new URLSearchParams(query))).toEqual(parts);
  });
});
