import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { eventKinds } from '../../domain/event.js';
import { openEventStream } from '../event-stream.js';
import { errorResponses, HttpError } from '../http-error.js';
import { viewOf } from './model-routes.js';
import { oneOf, several } from '../query.js';
import type { RouteOptions } from '../port.js';
import { streamField } from '../stream.js';

const mostStreams = 100;

const description = `Server-sent events, sent after they are recorded:

- \`result\`: a result in the format of \`/checks\`;
- \`state\`: \`{model, state, was, since, reason, blame, incident}\`, with \`since\` at the first result that proves the state;
  \`incident\` is \`{opened_at, closed_at}\` of the open incident of the model, or of the one that this change closed; null without one;
- \`version\`: \`{model, slot, what, was, is}\`, where \`what\` is \`response_model\`, \`system_fingerprint\` or \`embedding\`;
- \`reset\`: \`{message}\`, if the events after \`Last-Event-ID\` are no longer available.

A client that falls too far behind is disconnected.`;

/** Route that streams events as they happen. */
export const eventsRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend }, done) => {
  const open = new Set<ReturnType<typeof openEventStream>>();

  app.addHook('preClose', (closed) => {
    for (const { end } of open) end();
    closed();
  });

  app.get(
    '/api/v1/events',
    {
      // HEAD would read the stream to its end, which never comes.
      exposeHeadRoute: false,
      schema: {
        summary: 'Live results and changes of state (SSE)',
        description,
        tags: ['models'],
        querystring: z.strictObject({
          model: z.string('must be given once').optional().describe('Only events of this model.'),
          kind: several(oneOf(eventKinds))
            .optional()
            .describe('Only events of this kind; several values match any of them.'),
        }),
        headers: z.looseObject({
          'last-event-id': z.string().optional().describe('Continues after this event.'),
        }),
        response: {
          200: {
            description: 'Stream of events, which does not end',
            content: { 'text/event-stream': { schema: streamField } },
          },
          ...errorResponses,
        },
      },
    },
    ({ query, headers, reader }, reply) => {
      if (query.model !== undefined) viewOf(backend, query.model);
      if (open.size >= mostStreams)
        throw new HttpError(503, 'too_many_streams', `at most ${mostStreams} clients can listen at once`);
      const opened = openEventStream(backend.events, {
        model: query.model,
        kinds: query.kind,
        lastEventId: headers['last-event-id'],
        mayRead: reader?.remains ?? (() => true),
      });
      open.add(opened);
      opened.stream.once('close', () => open.delete(opened));
      // Proxies such as nginx would buffer the events.
      void reply
        .type('text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(opened.stream);
    },
  );
  done();
};
