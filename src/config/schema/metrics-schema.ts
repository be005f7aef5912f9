import * as z from 'zod';
import { keysOf } from '../../domain/table.js';
import { uptimeWindows } from '../../domain/view.js';

/** Which series /metrics has of each model, beside those that it always has. */
export const metricsSchema = z.strictObject({
  windows: z
    .array(z.enum(keysOf(uptimeWindows)))
    .prefault(keysOf(uptimeWindows))
    .describe(
      'Windows of `modelpulse_uptime_ratio` and `modelpulse_coverage_ratio`: `24h`, `7d`, `30d` and `90d`; `[]` exposes neither.',
    ),
  provider_uptime: z
    .boolean()
    .prefault(false)
    .describe(
      'Adds the uptime and coverage of the provider alone, with the label `scope="provider"`; the others then have `scope="all"`. Time down with another blame counts as not watched there. Two more series a window and model.',
    ),
  histograms: z
    .boolean()
    .prefault(true)
    .describe('Exposes the histograms of each model: duration, first token, throughput and gaps.'),
});
