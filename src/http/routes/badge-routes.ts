import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { formatDuration, tookText } from '../../domain/duration.js';
import { quantile, type Histogram } from '../../domain/histogram.js';
import { dayMs } from '../../domain/period.js';
import type { State } from '../../domain/state.js';
import { percentDown, uptimeOf, type Uptime } from '../../domain/uptime.js';
import { shownState, type ModelView } from '../../domain/view.js';
import { durationsBetween } from '../../store/history.js';
import { happened } from './history-routes.js';
import { errorResponses, HttpError } from '../http-error.js';
import { idParameter, viewOf } from './model-routes.js';
import type { RouteOptions } from '../port.js';
import { oneOf, windowOf, windowParameters } from '../query.js';

/** Text of a badge, and its colour in badge-maker. */
interface Badge {
  readonly message: string;
  readonly color: string;
}

const unknown: Badge = { message: 'unknown', color: 'lightgrey' };
const stateColors: Readonly<Record<State, string>> = {
  healthy: 'brightgreen',
  degraded: 'yellow',
  unhealthy: 'red',
  unknown: 'lightgrey',
  maintenance: 'blue',
};
/** For a model without an objective. */
const usualObjective = 0.99;
/** Coverage below which the badge shows it. */
const wellCovered = 0.99;

export function stateBadge(state: State): Badge {
  return { message: state, color: stateColors[state] };
}

/** Uptime, with the coverage where that is below `wellCovered`; green from the objective on. */
export function uptimeBadge({ uptime, coverage }: Uptime, slo: number | null): Badge {
  if (uptime === null || coverage === null) return unknown;
  const objective = slo ?? usualObjective;
  // Twice the allowed errors.
  const close = 1 - 2 * (1 - objective);
  const color = uptime >= objective ? 'brightgreen' : uptime >= close ? 'yellow' : 'red';
  const watched = coverage >= wellCovered ? '' : ` (${percentDown(coverage, 0)} watched)`;
  return { message: percentDown(uptime) + watched, color };
}

/** The 95th percentile of healthy and degraded results. */
export function latencyBadge(latency: Histogram): Badge {
  const ms = quantile(latency, 0.95);
  if (ms === null) return unknown;
  return { message: tookText(ms), color: 'blue' };
}

const { window, timezone } = windowParameters;
const badgeQuery = z.strictObject({
  show: oneOf(['uptime', 'state', 'latency']).default('uptime').describe('Content of the badge.'),
  window: window.describe('Same as for /uptime; default: 30 days.'),
  timezone,
  label: z
    .string('must be given once')
    // Other characters are not allowed in XML.
    .regex(/^[^\p{Cc}\uFFFE\uFFFF]{1,100}$/u, 'must be 1 to 100 characters, none of them a control character')
    .optional()
    .describe('Left text of the badge.'),
});

const usualWindow = { ms: 30 * dayMs };

/** Most badges that wait for the store. */
const mostWaiting = 1_000;

/** Reads one after another, so that a crowd of public badges delays another reader by one of them. */
function createLane() {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async <T>(read: () => Promise<T>): Promise<T> => {
    if (waiting >= mostWaiting)
      throw new HttpError(
        503,
        'overloaded',
        `more than ${mostWaiting} badges wait for the database; try again later`,
      );
    waiting += 1;
    const turn = last.then(read).finally(() => (waiting -= 1));
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** A badge with the state of a model, for web pages. */
export const badgeRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend }, done) => {
  const inTurn = createLane();

  async function badgeOf(
    view: ModelView,
    query: z.output<typeof badgeQuery>,
  ): Promise<{ label: string; badge: Badge }> {
    const { model, stored, key, exclusions } = view;
    const now = backend.now();
    if (query.show === 'state') return { label: model.id, badge: stateBadge(shownState(view, now).state) };
    const { window: asked = usualWindow } = query;
    const name = 'ms' in asked ? formatDuration(asked.ms) : asked.name.replace(/^\w+:/, '');
    const covered = happened(stored, windowOf({ ...query, window: asked }, now), now);
    if (query.show === 'latency') {
      const { latency } = await inTurn(() => backend.store.counts(key, covered.from, covered.to, exclusions));
      return { label: `latency p95 ${name}`, badge: latencyBadge(latency) };
    }
    const uptime = uptimeOf(await inTurn(() => durationsBetween(backend.store, view, covered)));
    return { label: `uptime ${name}`, badge: uptimeBadge(uptime, model.slo) };
  }

  app.get(
    '/api/v1/models/:id/badge.svg',
    {
      config: { badge: true },
      schema: {
        summary: 'SVG badge of a model',
        description:
          'Needs no token with `server.public_badges`. Uptime is rounded down; the badge shows the coverage if it is below 99 % of the window.',
        tags: ['models'],
        params: idParameter,
        querystring: badgeQuery,
        response: {
          200: { description: 'SVG image', content: { 'image/svg+xml': { schema: z.string() } } },
          ...errorResponses,
        },
      },
    },
    async ({ params, query }, reply) => {
      const { label, badge } = await badgeOf(viewOf(backend, params.id), query);
      // Loaded on first use: its font tables take 15 MB.
      const { makeBadge } = await import('badge-maker');
      return reply
        .type('image/svg+xml; charset=utf-8')
        .header('cache-control', 'max-age=60')
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
        .serializer(String)
        .send(makeBadge({ label: query.label ?? label, ...badge }));
    },
  );
  done();
};
