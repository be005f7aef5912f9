import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseFeed } from 'feedsmith';
import { objectTexts } from '../../../src/checker/vendor/google-cloud.js';
import { readVendorPage } from '../../../src/checker/vendor/formats.js';
import { pageNamed } from '../../../src/config/model/vendor-pages.js';
import { vendorFormats, type VendorFormat } from '../../../src/config/vendor-settings.js';
import { earliestTime, latestTime } from '../../../src/domain/time.js';
import { concernsModels, longestVendorTitle, mostVendorIncidents } from '../../../src/domain/vendor.js';
import { amount } from '../../slow.js';

interface Sample {
  readonly file: string;
  readonly format: VendorFormat;
  readonly source: string;
  readonly page: string;
  readonly open: readonly object[];
}

const folder = 'test/fixtures/vendors';
const now = Date.UTC(2026, 10, 27, 12, 10);
const samples = JSON.parse(readFileSync(join(folder, 'samples.json'), 'utf8')) as Sample[];
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');
const read = (format: VendorFormat, text: string) => readVendorPage(format, text, { now, parseFeed });

describe('formats of status pages', () => {
  it.each(samples.map((sample) => [sample.file, sample] as const))('reads %s', (file, sample) => {
    const { format, page, open } = sample;
    const reading = read(format, textOf(file));
    const scope = pageNamed(page)!;
    const shown = reading!.incidents
      .filter((incident) => !incident.isResolved && concernsModels(incident, scope))
      .map(({ id, title, impact, startedAt, link }) => ({
        ...{ id, title, impact, link },
        startedAt: startedAt === null ? null : new Date(startedAt).toISOString(),
      }));
    expect(shown).toEqual(open);
    expect(reading!.isWhole).toBe(true);
  });

  it('has a sample with a source for each format', () => {
    expect(new Set(samples.map(({ format }) => format))).toEqual(new Set(vendorFormats));
    for (const { source } of samples) expect(source.length).toBeGreaterThan(20);
  });

  it.each(samples.map((sample) => [sample.file, sample] as const))(
    'takes %s for no other format',
    (file, sample) => {
      for (const format of vendorFormats)
        if (format !== sample.format) expect(read(format, textOf(file))).toBeNull();
    },
  );

  it.each([
    ['an HTML page', '<!doctype html><html><body>All good</body></html>'],
    ['nothing', ''],
    ['JSON of another kind', '{"status":"ok"}'],
    ['deep lists', '['.repeat(100_000)],
    ['deep JSON that closes', `{"incidents":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
    ['a feed with entities of its own', '<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel></channel></rss>'],
  ])('says nothing of %s', (_what, text) => {
    for (const format of vendorFormats) expect(read(format, text)).toBeNull();
  });

  it('reads the first incidents of a document of Google that is cut off', () => {
    const whole = textOf('google-cloud.json');
    const reading = read('google_cloud', whole.slice(0, -40));
    expect(reading).toMatchObject({ isWhole: false, incidents: [{ id: 'ow5i3PPK96RduMcb1SsW' }] });
    expect(objectTexts('[{"a":"}]\\""},{"b":[{}]}]', 9)).toEqual({
      texts: ['{"a":"}]\\""}', '{"b":[{}]}'],
      isAll: true,
    });
  });

  it.each([
    ['elements', '<a/>'.repeat(60_000)],
    ['attributes', `<a ${'b="" '.repeat(40_000)}/>`],
    ['tags that never end', '<a '.repeat(80_000)],
  ])('parses no entry of a feed that has too many %s, and those before it', (_what, crowd) => {
    let longest = 0;
    const parse = (text: string): unknown => {
      longest = Math.max(longest, text.length);
      return parseFeed(text);
    };
    const entry = (inside: string) => `<item><title>an outage</title>${inside}</item>`;
    const feed = (items: string) => `<rss version="2.0"><channel><title>x</title>${items}</channel></rss>`;
    const reading = (text: string) => readVendorPage('feed', text, { now, parseFeed: parse });
    expect(reading(feed(entry(crowd)))).toBeNull();
    expect(reading(feed(entry('') + entry(crowd)))).toMatchObject({ isWhole: false, incidents: [{}] });
    expect(longest).toBeLessThan(500);
  });

  it('an old entry of a feed that never says that it is over tells of nothing now', () => {
    const text = textOf('aws.rss').replace('27 Nov 2026 04:03:00 PST', '25 Nov 2026 04:03:00 PST');
    expect(read('feed', text)!.incidents.every(({ isResolved }) => isResolved)).toBe(true);
  });

  const value = fc.oneof(
    fc.constantFrom('', null, -1, 1e300, '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', 'x'.repeat(5_000)),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '\u202e\u0000\ud800',
      'javascript:alert(1)',
      'https://u:p@h/',
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const names = [
    'id',
    'name',
    'title',
    'status',
    'impact',
    'started_at',
    'started',
    'begin',
    'shortlink',
    'url',
  ];
  const incident = fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });
  const list = fc.oneof(fc.array(incident, { maxLength: 150 }), value);
  const attributes = fc.record({ title: value, starts_at: value, ends_at: value, affected_resources: value });
  const page = fc.oneof(
    list,
    fc.record({
      ...{ page: fc.record({ status: fc.constantFrom('UP', 'HASISSUES') }), incidents: list },
      ...{ activeIncidents: list, activeMaintenances: list, scheduled_maintenances: list, status: value },
      data: fc.constant({ type: 'status_page' }),
      included: fc.array(
        fc.record({ type: fc.constantFrom('status_report', 'status_page_resource'), id: value, attributes }),
      ),
    }),
  );
  const feed = fc.array(fc.tuple(value, value, value), { maxLength: 60 }).map((items) => {
    const entries = items.map(
      ([title, date, id]) =>
        `<item><title>${JSON.stringify(title)}</title><pubDate>${JSON.stringify(date)}</pubDate><guid>${JSON.stringify(id)}</guid></item>`,
    );
    return `<rss version="2.0"><channel><title>x</title>${entries.join('')}</channel></rss>`;
  });

  it('never throws, and bounds all that a hostile page says', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          page.map((it) => JSON.stringify(it)),
          feed,
        ),
        (text) => {
          for (const format of vendorFormats) {
            const reading = read(format, text);
            if (reading === null) continue;
            expect(reading.incidents.length).toBeLessThanOrEqual(mostVendorIncidents);
            for (const { id, title, startedAt, link } of reading.incidents) {
              expect(id.length).toBeLessThanOrEqual(200);
              expect(title.length).toBeLessThanOrEqual(longestVendorTitle);
              expect(`${id}${title}`).not.toMatch(/[\p{Cc}\p{Cs}]/u);
              if (startedAt !== null) {
                expect(startedAt).toBeGreaterThanOrEqual(earliestTime);
                expect(startedAt).toBeLessThanOrEqual(latestTime);
              }
              if (link !== null) expect(link).toMatch(/^https?:\/\/[^@]+$/);
            }
          }
        },
      ),
      { numRuns: amount(60, 2_000) },
    );
  });
});
