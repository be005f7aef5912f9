import * as z from 'zod';
import { deadlineKinds, deadlineSources, deadlineText, type Deadline } from '../../domain/deadline.js';
import { noteKinds, type ModelNote } from '../../domain/model-note.js';
import { isoTime } from '../time.js';
import { timeField } from './fields.js';

export const deadlineSchema = z
  .object({
    kind: z
      .enum(deadlineKinds)
      .describe(
        'What ends: an API key, a client certificate, the certificate of the endpoint, the model (`retirement`), or the address of the API (`sunset`).',
      ),
    at: timeField,
    source: z
      .enum(deadlineSources)
      .describe(
        'Where the time stands: `configuration`, `exp` of a token, the file of a certificate, the list of published retirements, the connection, or a header of a reply.',
      ),
    key: z
      .int()
      .nullable()
      .describe('Position of the key, from 1; null if there is only one, and for other kinds.'),
    url: z.string().nullable().describe('Page of the vendor, for `list`.'),
    text: z.string().describe('The same as a sentence.'),
  })
  .describe('Time at which something that the model needs ends.');

export const noteSchema = z
  .object({
    kind: z.enum(noteKinds),
    since: timeField.nullable(),
    text: z.string(),
  })
  .describe('Something odd about the model that changes no state.');

/** A deadline in the API's form at `now`. */
export function deadlineShape(deadline: Deadline, now: number): z.output<typeof deadlineSchema> {
  return { ...deadline, at: isoTime(deadline.at), text: deadlineText(deadline, now) };
}

export function modelNoteShape({ kind, since, text }: ModelNote): z.output<typeof noteSchema> {
  return { kind, since: isoTime(since), text };
}
