import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Behaviour } from './behaviours.js';
import { createFinder } from './catalogue.js';

/** A status page that is asked for. */
interface AskedPage {
  readonly response: ServerResponse;
  readonly format: string;
  readonly now: number;
  /** Beginning of the simulator (Unix ms). */
  readonly startedAt: number;
  readonly etag: string | null;
}

/** An incident that a page tells of. Times in Unix ms. */
interface Told {
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
  readonly resolvedAt: number | null;
}

const iso = (ms: number): string => new Date(ms).toISOString();
const place = 'https://status.example.com';

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function statuspage(incidents: readonly Told[], isIncidentIo: boolean): object {
  return {
    page: { id: 'simulated', name: 'Example', url: place, time_zone: 'Etc/UTC' },
    status:
      incidents.length === 0
        ? { indicator: 'none', description: 'All Systems Operational' }
        : { indicator: 'major', description: 'Partial System Outage' },
    components: [
      { id: 'api', name: 'API', status: incidents.length === 0 ? 'operational' : 'partial_outage' },
    ],
    incidents: incidents.map(({ id, title, startedAt }) => ({
      ...{ id, name: title, status: 'investigating', impact: 'major' },
      ...{
        created_at: iso(startedAt),
        started_at: iso(startedAt),
        updated_at: iso(startedAt),
        resolved_at: null,
      },
      ...{ shortlink: `${place}/incidents/${id}`, incident_updates: [] },
      ...(isIncidentIo ? {} : { components: [{ id: 'api', name: 'API' }] }),
    })),
    ...(isIncidentIo ? {} : { scheduled_maintenances: [] }),
  };
}

/** Documents by format. */
const documents: Readonly<Record<string, (incidents: readonly Told[]) => string>> = {
  statuspage: (incidents) => JSON.stringify(statuspage(incidents, false)),
  incident_io: (incidents) => JSON.stringify(statuspage(incidents, true)),
  instatus: (incidents) =>
    JSON.stringify({
      page: { name: 'Example', url: place, status: incidents.length === 0 ? 'UP' : 'HASISSUES' },
      ...(incidents.length > 0 && {
        activeIncidents: incidents.map(({ id, title, startedAt }) => ({
          ...{ name: title, status: 'INVESTIGATING', impact: 'PARTIALOUTAGE' },
          ...{ started: new Date(startedAt).toString(), url: `${place}/incident/${id}` },
        })),
      }),
    }),
  better_stack: (incidents) =>
    JSON.stringify({
      data: {
        ...{ id: '1', type: 'status_page' },
        attributes: {
          company_name: 'Example',
          aggregate_state: incidents.length === 0 ? 'operational' : 'downtime',
        },
      },
      included: [
        { id: '10', type: 'status_page_resource', attributes: { public_name: 'API', status: 'operational' } },
        ...incidents.map(({ id, title, startedAt }) => ({
          ...{ id, type: 'status_report' },
          attributes: {
            ...{
              title,
              report_type: 'manual',
              starts_at: iso(startedAt),
              ends_at: null,
              aggregate_state: 'downtime',
            },
            affected_resources: [{ status_page_resource_id: '10', status: 'downtime' }],
          },
        })),
      ],
    }),
  google_cloud: (incidents) =>
    JSON.stringify(
      incidents.map(({ id, title, startedAt }) => ({
        ...{ id, number: id, begin: iso(startedAt), created: iso(startedAt), modified: iso(startedAt) },
        ...{
          external_desc: title,
          severity: 'high',
          status_impact: 'SERVICE_DISRUPTION',
          uri: `incidents/${id}`,
        },
        affected_products: [{ title: 'Vertex Gemini API', id: 'Z0FZJAMvEB4j3NbCJs6B' }],
      })),
    ),
  feed: (incidents) =>
    `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Example</title><link>${place}</link>${incidents
      .map(
        ({ id, title, startedAt }) =>
          `<item><title>${escaped(title)}</title><guid isPermaLink="false">${id}</guid><link>${place}/incidents/${id}</link><pubDate>${new Date(startedAt).toUTCString()}</pubDate><description>We are investigating.</description></item>`,
      )
      .join('')}</channel></rss>`,
};

const types: Readonly<Record<string, string>> = { feed: 'application/rss+xml' };

function tell(page: AskedPage, incidents: readonly Told[]): void {
  const { response, format, etag } = page;
  const body = documents[format]?.(incidents) ?? '';
  const version = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  if (etag === version) response.writeHead(304, { etag: version }).end();
  else
    response.writeHead(200, { 'content-type': types[format] ?? 'application/json', etag: version }).end(body);
}

const errors = 'Elevated error rates';

/** Status pages that the simulator plays, at `/status-pages/FORMAT/NAME`. */
export const vendorBehaviours: readonly Behaviour<AskedPage>[] = [
  { form: 'well', help: 'tells of no incident', play: (page) => tell(page, []) },
  {
    form: 'incident',
    help: 'an incident that lasts since the start of the simulator',
    play: (page) => tell(page, [{ id: 'first', title: errors, startedAt: page.startedAt, resolvedAt: null }]),
  },
  {
    form: 'incident-{5m}-every-{1h}',
    help: 'an incident for the last part of each period of the clock, as down-5m-every-1h',
    play(page, partMs, periodMs) {
      const left = periodMs - (page.now % periodMs);
      const startedAt = page.now + left - partMs;
      const id = String(Math.floor(page.now / periodMs));
      tell(page, left <= partMs ? [{ id, title: errors, startedAt, resolvedAt: null }] : []);
    },
  },
  {
    form: 'login',
    help: 'an incident of a part that is not the API',
    play: (page) =>
      tell(page, [
        { id: 'login', title: 'ChatGPT login issues', startedAt: page.startedAt, resolvedAt: null },
      ]),
  },
  {
    form: 'hostile',
    help: 'hundreds of incidents with markup in their titles and times that cannot be',
    play: (page) =>
      tell(
        page,
        Array.from({ length: 400 }, (_, index) => ({
          id: `h${index}`,
          title: `<script>alert(${index})</script>\u202e${'x'.repeat(index % 700)}`,
          startedAt: [-62_135_596_800_000, 253_402_300_799_000, page.startedAt][index % 3] ?? 0,
          resolvedAt: null,
        })),
      ),
  },
  {
    form: 'dead',
    help: '503',
    play: ({ response }) => void response.writeHead(503, { 'content-type': 'text/plain' }).end('down\n'),
  },
  {
    form: 'moved',
    help: 'redirects to another host',
    play: ({ response }) => void response.writeHead(301, { location: 'http://status.invalid/' }).end(),
  },
  {
    form: 'page',
    help: 'an HTML page',
    play: ({ response }) =>
      void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<html><body>All good</body></html>\n'),
  },
  {
    form: 'huge',
    help: '10 MB',
    play({ response }) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`{"incidents":["${'x'.repeat(10_000_000)}"]}`);
    },
  },
  { form: 'hang', help: 'never answers', play: () => undefined },
];

/** Answers a path below `/status-pages`; false for a page that is not played. */
export function createVendorPages(
  startedAt: number,
): (asked: {
  readonly path: string;
  readonly response: ServerResponse;
  readonly now: number;
  readonly etag: string | null;
}) => boolean {
  const find = createFinder(vendorBehaviours);
  return ({ path, ...rest }) => {
    const [, format = '', name = ''] = /^\/status-pages\/([a-z_]+)\/([\w-]+)$/.exec(path) ?? [];
    const found = Object.hasOwn(documents, format) ? find(name) : null;
    if (found === null) return false;
    found.row.play({ ...rest, format, startedAt }, found.first, found.second);
    return true;
  };
}

/** The formats, as they stand in the path. */
export const vendorPageFormats: readonly string[] = Object.keys(documents);
