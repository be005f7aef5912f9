import * as z from 'zod';

/** Tools for language models, over the Model Context Protocol. */
export const mcpSchema = z.strictObject({
  check_now: z
    .boolean()
    .prefault(false)
    .describe(
      'Offers the tool `check_now`, which sends a request to a model and may cost money; over HTTP it needs `server.bearer_token` where one is set, a read token is not enough.',
    ),
});
