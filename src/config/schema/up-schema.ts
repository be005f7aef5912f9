import * as z from 'zod';
import { upRules } from '../../domain/up.js';
import { someText, wholeNumber } from './fields.js';

const rule = (usual: (typeof upRules)[number]) => z.enum(upRules).prefault(usual);

/** Answers for routers: /up and the agent. */
export const upSchema = z.strictObject({
  access: z
    .enum(['token', 'public'])
    .prefault('token')
    .describe(
      'Who may ask /up: `token`, who may read the other routes; `public`, everybody, under any host name, since many routers cannot send a token.',
    ),
  unknown: rule('last').describe(
    'Answer for a model whose state is unknown: `up`, `down`, or `last`, the state that was confirmed last (`up` before the first).',
  ),
  maintenance: rule('down').describe('The same for a model in maintenance; the agent drains it by `down`.'),
  paused: rule('last').describe('The same for a paused model; the agent drains it by `down`.'),
  degraded_weight: wholeNumber(1, 100)
    .prefault(50)
    .describe('Weight of a degraded model in percent, as the agent answers it.'),
  agent: z
    .strictObject({
      listen: someText().describe(
        'Listen address, such as `127.0.0.1:9465`. Any address but loopback needs `access: public`, since the agent asks for no token. A change needs a restart.',
      ),
    })
    .optional()
    .describe("Answers HAProxy's agent checks on a TCP port: the line that is sent is the id of a model."),
});

export type UpEntry = z.output<typeof upSchema>;
