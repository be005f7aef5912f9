import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createPauses } from '../../src/app/operator.js';
import { start, workplace } from '../store/samples.js';
import { modelNamed, useParts } from './parts.js';

const place = workplace();
const createParts = useParts();

it('answers 503 to a pause that the store cannot keep, and 200 when it is stored', async () => {
  const { roster, writer, clock, refuse } = createParts(place.fresh());
  await roster.replace([modelNamed('gpt')], start);
  await writer.flush();
  const log = pino({ level: 'silent' });
  const pauses = createPauses({ clock, roster, log, replanned: writer.flush });
  const unstored = {
    statusCode: 503,
    code: 'store_unavailable',
    message:
      'the model is paused, but that is not stored yet: the database fails or does not answer. It is stored when the database answers; a restart before then undoes it',
  };
  refuse(['write']);
  await expect(pauses.pause('gpt')).rejects.toMatchObject(unstored);
  await expect(pauses.pause('gpt')).rejects.toMatchObject(unstored);
  expect(roster.get('gpt')!.view.pausedBy).toBe('operator');
  refuse([]);
  expect(await pauses.pause('gpt')).toBe(true);
  expect(await pauses.resume('gpt')).toBe(true);
});
