import type { FastifyReply, FastifyRequest } from 'fastify';
import type { NoteForm } from '../../page/incident-notes.js';
import { incidentAddress } from '../../page/page-address.js';
import { formOf } from '../form-body.js';
import { HttpError } from '../http-error.js';
import type { Report } from '../port.js';
import { mostNotes, noteBody } from '../routes/annotation-routes.js';
import { storedChange } from '../stored-change.js';
import { answerIncident, answerMissing, askedIncident } from './incident-answer.js';
import type { PageKit } from './page-kit.js';

const names = { author: 'Your name', text: 'What is known' } as const;

/** The problem of a form in words; null for a note that is fit. */
function problemOf(parsed: ReturnType<typeof noteBody.safeParse>): string | null {
  if (parsed.success) return null;
  return parsed.error.issues
    .map(({ path, message }) => `${path[0] === 'author' ? names.author : names.text} ${message}`)
    .join('; ');
}

/** Answers a form with a note: back to the incident, or the form again with what is wrong. */
export async function answerNote(
  kit: PageKit,
  request: FastifyRequest,
  reply: FastifyReply,
  { id, report }: { readonly id: string; readonly report: Report },
): Promise<FastifyReply> {
  const { backend } = kit;
  const fields = formOf(request.body);
  const text = fields.get('text') ?? '';
  const author = fields.get('author') ?? '';
  const refuse = (problem: string, status: number): Promise<FastifyReply> => {
    const form: NoteForm = { author: author.slice(0, 1_000), text: text.slice(0, 10_000), problem };
    return answerIncident(kit, request, reply, { id, form, status });
  };
  const known = await askedIncident(backend, id);
  if (known === null) return answerMissing(kit, request, reply);
  const parsed = noteBody.safeParse({ text, author: author.trim() === '' ? null : author });
  const problem = problemOf(parsed);
  if (!parsed.success || problem !== null) return refuse(`${problem ?? 'the note is not fit'}.`, 400);
  if (known.notes.length >= mostNotes) return refuse(`an incident can have ${mostNotes} notes.`, 409);
  try {
    const noted = await storedChange(backend.annotations.note(known.id, parsed.data), report);
    if (noted === null) return await answerMissing(kit, request, reply);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return refuse(`${error.message}.`, error.statusCode);
  }
  return reply.redirect(`${incidentAddress(known.id)}#notes`, 303);
}
