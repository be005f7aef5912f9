import type { FastifyReply, FastifyRequest } from 'fastify';
import { incidentAddress, modelAddress } from '../../page/page-address.js';
import type { StoredIncident } from '../../store/port.js';
import type { Backend } from '../port.js';
import { parseTime } from '../time.js';
import type { PageKit } from './page-kit.js';

async function openedIncident(
  { store }: Backend,
  model: string,
  openedAt: number,
): Promise<StoredIncident | null> {
  const moment = { from: openedAt, to: openedAt + 1 };
  // An imported history may hold another one that was open then.
  const found = await store.incidents({ named: model, ...moment, limit: 10 });
  return found.find((incident) => incident.openedAt === openedAt) ?? null;
}

/** The open incident of a model, else its newest. */
async function newestIncident({ store }: Backend, model: string): Promise<StoredIncident | null> {
  const asked = { named: model, limit: 1 };
  const [open] = await store.incidents({ ...asked, open: true });
  const [newest] = open === undefined ? await store.incidents(asked) : [open];
  return newest ?? null;
}

/**
 * Leads from the address that alerts and log lines know to the page of the incident: the one that opened at `opened`, without it
 * the open or newest one. Where there is none, to the page of the model.
 */
export async function answerIncidentOf(
  { backend }: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  model: string,
): Promise<FastifyReply> {
  const opened = parseTime(new URL(request.url, 'http://page').searchParams.get('opened') ?? '');
  const incident =
    opened === null ? await newestIncident(backend, model) : await openedIncident(backend, model, opened);
  return reply.redirect(incident === null ? modelAddress(model) : incidentAddress(incident.id));
}
