import * as z from 'zod';
import { asking } from './asking-schema.js';
import { wholeNumber } from './fields.js';

/** Bounds of a long question; the longest takes 1.6 MB, which are made and sent in some 20 ms of the loop. */
const tokens = wholeNumber(500, 400_000).describe(
  'Length of the question in tokens, by an estimate that is up to a quarter off: the context of the model must be longer.',
);

/** The long question of a probe. */
const question = z.strictObject({ tokens });

/** A model's own `context`, which stands for a probe of that name. */
export const contextSchema = z
  .strictObject({
    tokens,
    schedule: asking.schedule.describe('Times of these checks; default: once a day.'),
    budget: asking.budget.describe(
      'Token budget of these checks, apart from that of the model; default: five times `tokens` a day.',
    ),
    timeout: asking.timeout.describe('Deadline of one of these checks; default: 2m.'),
  })
  .optional()
  .describe(
    'Asks a question at the end of a long text for a code word at its beginning, as a probe named `context`: `context_truncated` where the model did not read the whole.',
  );

/** Name of the probe that the other settings of a model describe. */
const mainProbe = 'main';

/** One of `probes`: what it does not set is as the model has it, but for what is asked. */
export const probeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'must be up to 40 lower-case letters, digits, "-" and "_"')
    .refine((name) => name !== mainProbe, `must not be "${mainProbe}", the probe of the model itself`)
    .describe('Name of the probe; its history has the id of the model, `#` and this name.'),
  probe: asking.probe.unwrap().describe('Kind of request.'),
  schedule: asking.schedule.describe(
    'Times of the checks; default: those of the model, for `context` once a day.',
  ),
  pause: z
    .boolean()
    .optional()
    .describe('Stops the checks of this probe; those of a paused model rest in any case.'),
  timeout: asking.timeout,
  confirm: asking.confirm,
  slow: asking.slow,
  query: asking.query,
  expect: asking.expect,
  system_prompt: asking.system_prompt,
  max_tokens: asking.max_tokens,
  budget: asking.budget.describe(
    'Token budget of this probe alone; default: the same figure as the model has.',
  ),
  outcomes: asking.outcomes,
  loading_grace: asking.loading_grace,
  context: question.optional().describe('Length of the question of probe `context`.'),
});

export type ProbeEntry = z.output<typeof probeSchema>;

const mostProbes = 10;

export const probesSchema = z
  .array(probeSchema)
  .max(mostProbes, `must be at most ${mostProbes} probes`)
  .optional()
  .describe(
    'More probes of the model, each with results and times of its own. The state of the model is the worst that any of them shows, and says which; without a failure of its main probe it is at most degraded.',
  );
