import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Message } from '../../domain/notify/message.js';
import { messageKinds } from '../../domain/notify/message.js';
import { messageStates, type StoredMessage } from '../../store/outbox-port.js';
import { errorResponses, HttpError } from '../http-error.js';
import type { RouteOptions } from '../port.js';
import { limit, numberCursor, oneOf } from '../query.js';
import { countField, listOf, pageOf, timeField } from '../shapes/fields.js';
import { storedChange } from '../stored-change.js';
import { isoTime } from '../time.js';

const tags = ['notifications'];

const notificationSchema = z
  .object({
    id: z.string().describe('The same for all attempts.'),
    channel: z.string(),
    kind: z.enum(messageKinds),
    state: z.enum(messageStates),
    thread: z.string().describe('The same for all messages about one cause.'),
    created_at: timeField.describe(
      'ISO 8601, UTC: since when it is to be sent; of one that is sent again, since then.',
    ),
    attempts: countField,
    next_attempt_at: timeField.nullable().describe('Null once it ended.'),
    ended_at: timeField.nullable(),
    last_error: z.string().nullable(),
    open: countField.describe('Models whose state lasts.'),
    ended: countField.describe('Models whose state ended.'),
    models: z.array(z.string()).describe('The first of the models.'),
  })
  .describe('A message to a channel, without its address.');

export function notificationShape(stored: StoredMessage): z.output<typeof notificationSchema> {
  // Written by this program alone.
  const { kind, open, ended, members } = stored.body as Message;
  return {
    id: stored.id,
    channel: stored.channel,
    kind,
    state: stored.state,
    thread: stored.thread,
    created_at: isoTime(stored.createdAt),
    attempts: stored.attempts,
    next_attempt_at: stored.state === 'pending' ? isoTime(stored.nextAt) : null,
    ended_at: isoTime(stored.endedAt),
    last_error: stored.lastError,
    open,
    ended,
    models: members.slice(0, 20).map(({ model }) => model),
  };
}

const notificationQuery = z.strictObject({
  channel: z.string('must be given once').optional().describe('Only messages to this channel.'),
  state: oneOf(messageStates).optional().describe('Only messages in this state.'),
  failed: oneOf(['true']).optional().describe('Only messages with a failed attempt that are not sent.'),
  limit: limit(1000, 100),
  cursor: numberCursor.optional(),
});

/** Routes for the messages to channels. */
export const notificationRoutes: FastifyPluginCallbackZod<RouteOptions> = (
  app,
  { backend, report },
  done,
) => {
  app.get(
    '/api/v1/notifications',
    {
      schema: {
        summary: 'Messages to channels, newest first',
        description: 'Those of the last 30 days, and all that wait. Addresses and keys are in none of them.',
        tags,
        querystring: notificationQuery,
        response: { 200: listOf(notificationSchema), ...errorResponses },
      },
    },
    async ({ query }) => {
      const { channel, state, failed, cursor } = query;
      const found = await backend.notifications.list({
        limit: query.limit + 1,
        ...(channel !== undefined && { channel }),
        ...(state !== undefined && { states: [state] }),
        ...(failed !== undefined && { failed: true }),
        ...(cursor !== undefined && { before: cursor }),
      });
      const { items, next_cursor } = pageOf(found, query.limit, ({ place }) => String(place));
      return { items: items.map(notificationShape), next_cursor };
    },
  );

  app.post(
    '/api/v1/notifications/:id/replay',
    {
      schema: {
        summary: 'Send a message again',
        description:
          'The message keeps its id, and says that it is sent again, and of what it told when that ended. One that is pending stays as it is.',
        tags,
        params: z.object({ id: z.string().max(100) }),
        response: { 200: notificationSchema, ...errorResponses },
      },
    },
    async ({ params: { id } }) => {
      const again = await storedChange(backend.notifications.replay(id), report);
      if (again === null)
        throw new HttpError(404, 'unknown_notification', 'there is no message with this id');
      if (again === 'no_channel')
        throw new HttpError(409, 'unknown_channel', 'the channel of the message is not configured');
      return notificationShape(again);
    },
  );
  done();
};
