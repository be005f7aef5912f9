import fastify, {
  type FastifyInstance,
  type FastifyPluginCallback,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { acknowledgementRoutes } from './routes/acknowledgement-routes.js';
import { annotationRoutes } from './routes/annotation-routes.js';
import {
  refuseOtherHosts,
  refuseOtherOrigins,
  refuseSeveralHosts,
  requireToken,
  type Access,
  type Hosts,
} from './auth.js';
import { badgeRoutes } from './routes/badge-routes.js';
import { checkRoutes } from './routes/check-routes.js';
import { createConnections } from './connection.js';
import { eventsRoutes } from './routes/events-routes.js';
import { healthRoutes } from './routes/health-routes.js';
import { historyRoutes } from './routes/history-routes.js';
import { createErrorHandler, HttpError, refuseTheRest } from './http-error.js';
import { incidentPageRoutes } from './routes/incident-page-routes.js';
import { incidentRoutes } from './routes/incident-routes.js';
import { mcpRoutes, type ToolSettings } from './routes/mcp-routes.js';
import { modelPageRoutes } from './routes/model-page-routes.js';
import { createLoginThrottle } from './login-throttle.js';
import { loginRoutes } from './routes/login-routes.js';
import { modelRoutes } from './routes/model-routes.js';
import { describeRoutes } from './openapi.js';
import { notificationRoutes } from './routes/notification-routes.js';
import { operationRoutes } from './routes/operation-routes.js';
import type { PageKit } from './pages/page-kit.js';
import { markPages, pageRoutes } from './routes/page-routes.js';
import type { Backend, Report } from './port.js';
import { reportPageRoutes } from './routes/report-page-routes.js';
import { routingRoutes } from './routes/routing-routes.js';
import { upRoutes } from './routes/up-routes.js';
import { probeRoutes } from './routes/probe-routes.js';
import { createSessions } from './sessions.js';
import { seriesRoutes } from './routes/series-routes.js';
import { vendorRoutes } from './routes/vendor-routes.js';
import { noPublicPages, opensPage, pageAt, type PublicPages } from './public-pages.js';
import type { StatusPages } from './pages/status-page.js';
import { madeOnce } from '../domain/made-once.js';
import type { UpPolicy } from '../domain/up.js';
import { backendInTurns } from './taking-turns.js';
import { compileValidator, loadsNoCompilers } from './validation.js';

export interface ServerOptions {
  readonly version: string;
  /** Read at each request, since a reload may change it. */
  readonly access: () => Access;
  /** Read at each request, since a reload may change it. */
  readonly hosts: () => Hosts;
  /** Read at each request, since a reload may change them; default: none. */
  readonly publicPages?: () => PublicPages;
  /** Read at each request, since a reload may change it; default: none. */
  readonly grafanaUrl?: () => string | null;
  /** Read at each request, since a reload may change it; default: that of a configuration without the section. */
  readonly upPolicy?: () => UpPolicy;
  /** What the tools of MCP need; default: an explanation of nothing, and no checks. */
  readonly tools?: ToolSettings;
  readonly report: Report;
}

/** Gives a plugin its name: Fastify looks for one without among all modules that are loaded, at each start. */
const named = <Plugin extends (...args: never[]) => unknown>(plugin: Plugin): Plugin =>
  Object.assign(plugin, { [Symbol.for('fastify.display-name')]: plugin.name });

const limits = {
  /** The longest body of a route, a model that a caller describes, is a few KiB. */
  bodyLimit: 64 * 1024,
  /** Limit for a whole request. */
  requestTimeout: 30_000,
  /** Limit for its headers. */
  headersTimeout: 10_000,
  /** An idle connection is closed after this; also one whose reader has stalled. */
  connectionTimeout: 60_000,
  /** An id of 200 characters, each of which takes up to three encoded bytes. */
  maxParamLength: 200 * 9,
};

const usualPolicy: UpPolicy = { unknown: 'last', maintenance: 'down', paused: 'last' };

const noTools: ToolSettings = {
  explain: () => Promise.reject(new HttpError(501, 'no_explanation', 'replies are not explained here')),
  mayCheck: () => false,
};

/** ms that running answers get when the server closes. */
const farewellMs = 1_000;

/** Creates the server with all its routes; it does not listen yet. */
export function createServer(given: Backend, options: ServerOptions): FastifyInstance {
  const {
    version,
    access,
    hosts,
    report,
    publicPages = () => noPublicPages,
    grafanaUrl = () => null,
    upPolicy = () => usualPolicy,
    tools = noTools,
  } = options;
  const connections = createConnections();
  const backend = backendInTurns(given, connections.next);
  const pageKit = madeOnce(async (): Promise<PageKit> => {
    const { createPageKit } = await import('./pages/page-kit.js');
    return createPageKit({ backend, version, publicPages, grafanaUrl, nextTurn: connections.next });
  });
  const sessions = createSessions(backend.now);
  const handleError = createErrorHandler(report, async (problem, request, reply) => {
    const { showProblem } = await import('./pages/problem-page.js');
    return showProblem(await pageKit(), problem, request, reply);
  });
  const app = fastify({
    http: { headersTimeout: limits.headersTimeout, connectionsCheckingInterval: 5_000 },
    requestTimeout: limits.requestTimeout,
    connectionTimeout: limits.connectionTimeout,
    bodyLimit: limits.bodyLimit,
    routerOptions: { maxParamLength: limits.maxParamLength },
    schemaController: loadsNoCompilers,
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
    clientErrorHandler: connections.answerBroken,
  });
  app.addHook('preClose', (closed) => {
    // An idle connection without a request would delay the close until its headers time out.
    setTimeout(() => app.server.closeAllConnections(), farewellMs).unref();
    closed();
  });
  app.setErrorHandler(handleError);
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(serializerCompiler);
  // Routes without a body accept any type, up to the limit, and ignore it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null));
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    done();
  });
  connections.tend(app);
  refuseSeveralHosts(app);
  const opens = (request: FastifyRequest): boolean => opensPage(request, publicPages());
  refuseOtherHosts(app, access, hosts, opens);
  requireToken(app, access, sessions, opens);
  refuseOtherOrigins(app, hosts);

  const urls = new Map<string, RouteOptions>();
  app.addHook('onRoute', (route) => {
    urls.set(route.url, route);
  });
  describeRoutes(app, version);
  for (const plugin of [
    operationRoutes,
    probeRoutes,
    modelRoutes,
    historyRoutes,
    seriesRoutes,
    checkRoutes,
    incidentRoutes,
    annotationRoutes,
    acknowledgementRoutes,
    badgeRoutes,
    eventsRoutes,
    notificationRoutes,
    vendorRoutes,
    healthRoutes,
  ]) {
    app.register(named(plugin), { backend, report });
  }
  for (const plugin of [upRoutes, routingRoutes])
    app.register(named(plugin), { backend, report, policy: upPolicy });
  app.register(named(mcpRoutes), { backend, report, version, tools });
  const allPages: FastifyPluginCallback = (pages, _options, done) => {
    markPages(pages);
    pages.register(named(loginRoutes), {
      kit: pageKit,
      access,
      sessions,
      throttle: createLoginThrottle(backend.now),
    });
    for (const plugin of [pageRoutes, modelPageRoutes, incidentPageRoutes, reportPageRoutes])
      pages.register(named(plugin), { kit: pageKit, report });
    done();
  };
  app.register(named(allPages));
  const statusPages = madeOnce(async (): Promise<StatusPages> => {
    const { createStatusPages } = await import('./pages/status-page.js');
    return createStatusPages({ ...(await pageKit()), report, access, publicPages });
  });
  const theRest: FastifyPluginCallback = (rest, _options, done) => {
    // Their paths are not routes, since a reload changes them.
    refuseTheRest(rest, new Map(urls), (request, reply) => {
      const place = pageAt(publicPages().pages, request.url);
      if (place === null) return null;
      return statusPages().then((pages) => pages.answer(request, reply, place));
    });
    done();
  };
  app.register(named(theRest));
  return app;
}
