import { setImmediate } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { closestName } from '../../config/read/closest-name.js';
import type { RecordedResult } from '../../domain/result.js';
import { shownState, streams, type ModelView } from '../../domain/view.js';
import { unknownModelPage } from '../../page/missing-page.js';
import { modelPage } from '../../page/model-page.js';
import type { ModelPast } from '../../page/model-past.js';
import { readModelQuery, type ModelQuery } from '../../page/model-query.js';
import type { ChecksPage, Neighbours, RefusedForm } from '../../page/model-view.js';
import { rowOf } from '../../page/overview-view.js';
import type { Backend } from '../port.js';
import { wordOfModel } from '../vendor-sides.js';
import type { PageKit } from './page-kit.js';

const checksAtOnce = 25;
/** The largest time of a Date. */
const endOfTime = 8.64e15;

async function readPast(
  backend: Backend,
  view: ModelView,
  { window, now }: { readonly window: ModelQuery['window']; readonly now: number },
): Promise<ModelPast | null> {
  const { key, stored, exclusions, model } = view;
  const past = { key, stored, exclusions };
  try {
    const question = { kind: 'model_past', past, window, now, streams: streams(model) } as const;
    const { text } = await backend.readLong(question);
    return JSON.parse(new TextDecoder().decode(text)) as ModelPast;
  } catch {
    // Too many long reads wait, or the store does not answer: the state is shown without its past.
    return null;
  }
}

async function readChecks(
  { store }: Backend,
  { key }: ModelView,
  { checks, before }: ModelQuery,
): Promise<ChecksPage | null> {
  const query = {
    from: 0,
    to: endOfTime,
    limit: checksAtOnce + 1,
    ...(before !== null && { before }),
  };
  let found: readonly RecordedResult[];
  try {
    if (checks === 'all') found = await store.results(key, query);
    else {
      const outcomes = ['degraded', 'unhealthy', 'unknown'] as const;
      const lists = await Promise.all(outcomes.map((outcome) => store.results(key, { ...query, outcome })));
      found = lists.flat().sort((a, b) => b.slot - a.slot);
    }
  } catch {
    return null;
  }
  const items = found.slice(0, checksAtOnce);
  return { items, before: found.length > checksAtOnce ? (items.at(-1)?.slot ?? null) : null };
}

/** How the other models at the same address are. */
function neighboursOf(backend: Backend, { key, model }: ModelView, now: number): Neighbours {
  let [others, healthy] = [0, 0];
  for (const other of backend.views()) {
    if (other.key === key || other.model.endpoint.baseUrl !== model.endpoint.baseUrl) continue;
    others += 1;
    if (shownState(other, now).state === 'healthy') healthy += 1;
  }
  return { others, healthy };
}

/** Names that are compared before checks get a turn; some ms. */
const namesAtOnce = 500;

async function closestModel(backend: Backend, id: string): Promise<string | null> {
  const names = [...backend.views()].map(({ model }) => model.id);
  const found: string[] = [];
  for (let first = 0; first < names.length; first += namesAtOnce) {
    const best = closestName(id, names.slice(first, first + namesAtOnce));
    if (best !== null) found.push(best);
    await setImmediate();
  }
  return closestName(id, found);
}

/** Answers 404 with the name that may be meant. */
export async function answerUnknownModel(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
): Promise<FastifyReply> {
  const frame = kit.frameFor(request);
  const closest = await closestModel(kit.backend, id);
  const models = [...kit.backend.views()].length;
  return kit.send(request, reply, unknownModelPage(frame, { id, closest, models }), 404);
}

/** Answers the page of a model; with a form that was refused, under the status of the refusal. */
export async function answerModel(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  { id, refused = null, status = 200 }: { id: string; refused?: RefusedForm | null; status?: number },
): Promise<FastifyReply> {
  const { backend } = kit;
  const view = backend.view(id);
  if (view === undefined) return answerUnknownModel(kit, request, reply, id);
  const frame = kit.frameFor(request);
  const { now } = frame;
  const query = readModelQuery(new URL(request.url, 'http://page').searchParams, now);
  const [past, checks, exclusions, monitor] = await Promise.all([
    readPast(backend, view, { window: query.window, now }),
    readChecks(backend, view, query),
    backend.store.exclusions(view.key).catch(() => null),
    backend.monitor(),
  ]);
  await kit.places.take(reply);
  const page = {
    now,
    query,
    view,
    row: rowOf(view, now, wordOfModel(backend, id)),
    vendor: backend.vendors?.ofModel(id) ?? null,
    past,
    checks,
    exclusions,
    neighbours: neighboursOf(backend, view, now),
    reaches: monitor.reaches,
    // Free parts of a configuration may hold secrets under any name: whoever may only read does not see it.
    configuration: request.reader?.right === 'all' ? backend.configurationOf(id) : null,
    refused,
  };
  return kit.send(request, reply, modelPage(frame, page), status);
}
