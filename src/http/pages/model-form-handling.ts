import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { ModelForm } from '../../page/model-view.js';
import { modelAddress } from '../../page/page-address.js';
import { checkedForm, formOf, type FormFields } from '../form-body.js';
import { HttpError, unknownModel } from '../http-error.js';
import type { Backend, Report } from '../port.js';
import { wholeNumber } from '../query.js';
import { mostNotes, noteBody } from '../routes/annotation-routes.js';
import { incidentWith, unknownIncident } from '../routes/incident-routes.js';
import { viewOf } from '../routes/model-routes.js';
import { exclusionBody, mostExclusions, windowOfExclusion } from '../shapes/exclusion-body.js';
import { answerModel } from './model-page.js';
import { storedChange } from '../stored-change.js';
import type { PageKit } from './page-kit.js';

/** What a form of a model's page does; it throws HttpError where it is refused. */
interface FormWork {
  /** The part of the page to return to. */
  readonly place: string;
  work(parts: {
    readonly backend: Backend;
    readonly id: string;
    readonly fields: FormFields;
    readonly report: Report;
  }): Promise<void>;
}

const noteLabels = { incident: 'Incident', author: 'Your name', text: 'What is known' };
const exclusionLabels = { from: 'From', to: 'To', reason: 'Why' };

async function addNote({ backend, id, fields, report }: Parameters<FormWork['work']>[0]): Promise<void> {
  const author = fields.get('author')?.trim() ?? '';
  const note = checkedForm(
    noteBody,
    { text: fields.get('text') ?? '', author: author === '' ? null : author },
    noteLabels,
  );
  const number = wholeNumber(fields.get('incident') ?? '');
  const incident = number === null ? null : await incidentWith(backend, number);
  if (incident?.model !== id) throw unknownIncident();
  if (incident.notes.length >= mostNotes)
    throw new HttpError(409, 'too_many_notes', `an incident can have ${mostNotes} notes`);
  if ((await storedChange(backend.annotations.note(incident.id, note), report)) === null)
    throw unknownIncident();
}

async function exclude({ backend, id, fields, report }: Parameters<FormWork['work']>[0]): Promise<void> {
  const [from, to, reason] = ['from', 'to', 'reason'].map((name) => fields.get(name) ?? '');
  const body = checkedForm(exclusionBody, { from, to, reason }, exclusionLabels);
  if (body.from >= body.to) throw new HttpError(400, 'bad_form', 'From: must be before To');
  const window = windowOfExclusion(body);
  if (viewOf(backend, id).exclusions.length >= mostExclusions)
    throw new HttpError(
      409,
      'too_many_exclusions',
      `a model can have ${mostExclusions} exclusions; take some back`,
    );
  if ((await storedChange(backend.annotations.exclude(id, window), report)) === null) throw unknownModel();
}

async function include({ backend, id, fields, report }: Parameters<FormWork['work']>[0]): Promise<void> {
  const number = wholeNumber(fields.get('exclusion') ?? '');
  const done = number !== null && (await storedChange(backend.annotations.include(id, number), report));
  if (!done) throw new HttpError(404, 'unknown_exclusion', 'this exclusion was taken back already');
}

/** The forms by name. */
export const formWorks: Readonly<Record<ModelForm, FormWork>> = {
  check: {
    place: 'checks',
    async work({ backend, id }) {
      await backend.checkNow(id);
    },
  },
  pause: {
    place: 'head',
    async work({ backend, id }) {
      if (!(await backend.pauses.pause(id))) throw unknownModel();
    },
  },
  resume: {
    place: 'head',
    async work({ backend, id }) {
      if (!(await backend.pauses.resume(id))) throw unknownModel();
    },
  },
  note: { place: 'inc', work: addNote },
  exclusion: { place: 'exclusions', work: exclude },
  include: { place: 'add', work: include },
};

/** A sentence as people read it. */
const asSentence = (message: string): string => {
  const text = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return text.endsWith('.') ? text : `${text}.`;
};

export const formParameters = z.object({ id: z.string(), exclusion: z.string().optional() });

/** Does what a form asks and leads back to the page; refused, the page is shown with the reason and what was typed. */
export async function answerModelForm(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  { form, report }: { readonly form: ModelForm; readonly report: Report },
): Promise<FastifyReply> {
  const { id, exclusion } = formParameters.parse(request.params);
  const typed = new Map(formOf(request.body));
  if (exclusion !== undefined) typed.set('exclusion', exclusion);
  const { place, work } = formWorks[form];
  if (kit.backend.view(id) === undefined) return answerModel(kit, request, reply, { id });
  try {
    await work({ backend: kit.backend, id, fields: typed, report });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const refused = { form, message: asSentence(error.message), typed };
    return answerModel(kit, request, reply, { id, refused, status: error.statusCode });
  }
  return reply.redirect(`${modelAddress(id)}#${place}`, 303);
}
