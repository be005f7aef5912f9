import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AcknowledgementForm } from '../../page/acknowledgement.js';
import { incidentAddress } from '../../page/page-address.js';
import { checkedForm, formOf } from '../form-body.js';
import { HttpError } from '../http-error.js';
import type { Report } from '../port.js';
import { acknowledgementBody, acknowledgementIn } from '../shapes/acknowledgement-body.js';
import type { StoredIncident } from '../../store/port.js';
import { storedChange } from '../stored-change.js';
import { answerIncident, answerMissing, askedIncident } from './incident-answer.js';
import type { PageKit } from './page-kit.js';

const labels = { by: 'Your name', note: 'Note', until: 'Snooze' };

/** Does what a form asks and leads back to the incident; refused, the form is shown again with the reason. */
export async function answerAcknowledgement(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: { readonly id: string; readonly report: Report; readonly how: 'acknowledge' | 'take back' },
): Promise<FastifyReply> {
  const { id, report, how } = parts;
  const { acknowledgements, now } = kit.backend;
  const fields = formOf(request.body);
  const by = fields.get('by') ?? '';
  const note = fields.get('note') ?? '';
  const work = ({ id: incident }: StoredIncident): Promise<StoredIncident | null> => {
    if (how === 'take back') return acknowledgements.takeBack(incident, request.ip, request.ip);
    const until = fields.get('until');
    const body = checkedForm(
      acknowledgementBody,
      { by, note: note.trim() === '' ? null : note, ...(until !== undefined && { until }) },
      labels,
    );
    return acknowledgements.acknowledge(incident, acknowledgementIn(body, now()), request.ip);
  };
  const known = await askedIncident(kit.backend, id);
  if (known === null) return answerMissing(kit, request, reply);
  try {
    if ((await storedChange(work(known), report)) === null) return await answerMissing(kit, request, reply);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const care: AcknowledgementForm = {
      by: by.slice(0, 1_000),
      note: note.slice(0, 10_000),
      problem: `${error.message}.`,
    };
    return answerIncident(kit, request, reply, { id, care, status: error.statusCode });
  }
  return reply.redirect(`${incidentAddress(known.id)}#care`, 303);
}
