import { setImmediate } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { costOfMonth, costTexts } from '../../domain/cost.js';
import type { ModelView } from '../../domain/view.js';
import { readOverviewQuery } from '../../page/overview-query.js';
import { overviewOf, rowOf, type Row } from '../../page/overview-view.js';
import { overviewPage } from '../../page/overview.js';
import { wordOfModel } from '../vendor-sides.js';
import { inTurns } from './loop-turns.js';
import type { PageKit } from './page-kit.js';
import { choicesOf } from './reader-choices.js';

/** Models that are looked at before checks get a turn: some 2 ms. */
const rowsAtOnce = 250;

/** Answers `/`. */
export async function answerOverview(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { backend, glances, drawRows } = kit;
  await kit.places.take(reply);
  const frame = kit.frameFor(request);
  const parameters = new URL(request.url, 'http://page').searchParams;
  const query = readOverviewQuery(parameters, choicesOf(request).density);
  const { now } = frame;
  const views = new Map<number, ModelView>();
  for (const view of backend.views()) views.set(view.key, view);
  const rows: Row[] = [];
  await setImmediate();
  for await (const some of inTurns([...views.values()], rowsAtOnce))
    for (const view of some) rows.push(rowOf(view, now, wordOfModel(backend, view.model.id)));
  await setImmediate();
  const priced = [...views.values()].flatMap((each) => [each, ...each.probes.map(({ view: own }) => own)]);
  const costs = costTexts(priced.map(({ cost, monthCost }) => costOfMonth(cost, monthCost, now)));
  const monitor = await backend.monitor();
  await setImmediate();
  const view = overviewOf(rows, query, { now, monitor, costs });
  await setImmediate();
  const shown = view.groups.flatMap((group) => group.rows);
  await glances.refresh(shown.flatMap(({ key }) => views.get(key) ?? []));
  const page = await overviewPage(frame, view, (some) => drawRows(some, now, glances.of));
  return kit.send(request, reply, page);
}
