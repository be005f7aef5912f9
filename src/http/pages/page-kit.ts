import type { ModelView } from '../../domain/view.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createRowDrawer, type RowDrawer } from '../../page/drawn-rows.js';
import type { Frame } from '../../page/shell.js';
import type { Backend } from '../port.js';
import { loadAssets, type Assets } from './assets.js';
import { noPublicPages, type PublicPages } from '../public-pages.js';
import type { NextTurn } from '../taking-turns.js';
import { createDrawingPlaces, type DrawingPlaces } from './drawing-places.js';
import { createGlances, type Glances } from './glances.js';
import { sendPage } from './page-reply.js';
import { choicesOf } from './reader-choices.js';

/** What every page needs; made with the first page that is asked for. */
export interface PageKit {
  readonly backend: Backend;
  readonly assets: Assets;
  readonly glances: Glances;
  readonly drawRows: RowDrawer;
  readonly places: DrawingPlaces;
  readonly nextTurn: NextTurn;
  /** What an operator's page shows around its content. */
  frameFor(request: FastifyRequest): Frame;
  readonly send: (
    request: FastifyRequest,
    reply: FastifyReply,
    document: string | Buffer,
    status?: number,
  ) => Promise<FastifyReply>;
}

export interface PageParts {
  readonly backend: Backend;
  readonly version: string;
  readonly publicPages?: () => PublicPages;
  /** The dashboard in Grafana; default: none. */
  readonly grafanaUrl?: () => string | null;
  readonly nextTurn: NextTurn;
}

export function createPageKit(parts: PageParts): PageKit {
  const { backend, version, publicPages = () => noPublicPages, grafanaUrl = () => null, nextTurn } = parts;
  const assets = loadAssets();
  const places = createDrawingPlaces();
  return {
    backend,
    assets,
    glances: createGlances(backend),
    drawRows: createRowDrawer(),
    places,
    nextTurn,
    frameFor(request) {
      let openIncidents = 0;
      const isOpen = ({ health }: ModelView): boolean => health.incident?.closedAt === null;
      for (const view of backend.views()) {
        if (isOpen(view)) openIncidents += 1;
        openIncidents += view.probes.filter((probe) => isOpen(probe.view)).length;
      }
      return {
        assets: assets.urls,
        version,
        now: backend.now(),
        theme: choicesOf(request).theme,
        openIncidents,
        publicPages: publicPages().pages.map(({ path, title }) => ({ path, title })),
        grafanaUrl: grafanaUrl(),
        canLogOut: request.reader?.loggedIn === true,
        mayChange: request.reader?.right === 'all',
      };
    },
    send: (request, reply, document, status) => sendPage({ request, reply, places }, document, status),
  };
}
