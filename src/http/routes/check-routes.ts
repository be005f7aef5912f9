import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { outcomes } from '../../domain/reason.js';
import { errorResponses } from '../http-error.js';
import { listOf, pageOf } from '../shapes/fields.js';
import type { LongAnswer } from '../long-read.js';
import { idParameter, viewOf } from './model-routes.js';
import type { RouteOptions } from '../port.js';
import { from, limit, numberCursor, oneOf, ordered, to } from '../query.js';
import { csvColumns } from '../shapes/result-csv.js';
import { resultSchema, resultShape } from '../shapes/result-shape.js';
import { streamField, streamOf } from '../stream.js';

/** Maximum results of one page. */
const csvPageSize = 1_000;

/** All pages under a header; the next page is read after the one before was consumed. */
async function* resultCsv(
  page: (before: number | null) => Promise<LongAnswer<Uint8Array>>,
): AsyncGenerator<Buffer> {
  let answer = await page(null);
  yield Buffer.concat([Buffer.from(csvColumns.join(',') + '\r\n'), answer.text]);
  while (answer.before !== null) {
    answer = await page(answer.before);
    yield Buffer.from(answer.text.buffer, answer.text.byteOffset, answer.text.byteLength);
  }
}

/** The largest time of a Date. Slots may be after now where the clock was set back. */
const endOfTime = 8.64e15;

const checksQuery = z.strictObject({
  from: from.default(0),
  to: to.default(endOfTime),
  outcome: oneOf(outcomes).optional().describe('Only results with this outcome.'),
  limit: limit(1000, 100),
  cursor: numberCursor.optional(),
  format: oneOf(['json', 'csv'])
    .default('json')
    .describe('`csv` returns all results of the window, without paging.'),
});

/** Routes for the results of a model. */
export const checkRoutes: FastifyPluginCallbackZod<RouteOptions> = (app, { backend, report }, done) => {
  app.get(
    '/api/v1/models/:id/checks',
    {
      schema: {
        summary: 'Results, newest first',
        description:
          'Without a window, results of any age. In CSV, text that a spreadsheet would interpret as a formula is prefixed with an apostrophe.',
        tags: ['history'],
        params: idParameter,
        querystring: checksQuery,
        response: {
          200: {
            description: 'Results, newest first',
            content: {
              'application/json': { schema: listOf(resultSchema) },
              'text/csv': { schema: streamField },
            },
          },
          ...errorResponses,
        },
      },
    },
    async ({ params, query, routeOptions }, reply) => {
      const { key, model } = viewOf(backend, params.id);
      const { outcome, cursor } = query;
      const window = { ...ordered(query), ...(outcome && { outcome }) };
      if (query.format === 'csv') {
        const page = (before: number | null) =>
          backend.readLong({
            kind: 'rows',
            model: model.id,
            key,
            query: { ...window, limit: csvPageSize, ...(before !== null && { before }) },
          });
        const csv = streamOf(resultCsv(page), report, `GET ${routeOptions.url ?? ''}`);
        return reply
          .type('text/csv; charset=utf-8; header=present')
          .header('content-disposition', 'attachment; filename="checks.csv"')
          .send(csv);
      }
      const found = await backend.store.results(key, {
        ...window,
        limit: query.limit + 1,
        ...(cursor !== undefined && { before: cursor }),
      });
      const { items, next_cursor } = pageOf(found, query.limit, ({ slot }) => String(slot));
      return { items: items.map((result) => resultShape(model.id, result)), next_cursor };
    },
  );
  done();
};
