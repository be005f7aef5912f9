import type { FastifyReply, FastifyRequest } from 'fastify';
import { readOverviewQuery } from '../../page/overview-query.js';
import { overviewOf } from '../../page/overview-view.js';
import { overviewPage } from '../../page/overview.js';
import type { PageKit } from './page-kit.js';
import { choicesOf } from './reader-choices.js';

/** Answers `/`. */
export async function answerOverview(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { backend, glances } = kit;
  const frame = kit.frameFor(request);
  const parameters = new URL(request.url, 'http://page').searchParams;
  const query = readOverviewQuery(parameters, choicesOf(request).density);
  const views = [...backend.views()];
  await glances.refresh(views);
  const monitor = await backend.monitor();
  const view = overviewOf(views, query, { now: frame.now, monitor, glanceFor: glances.of });
  return kit.send(request, reply, await overviewPage(frame, view));
}
