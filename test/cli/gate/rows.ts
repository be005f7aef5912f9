import type { GateRow } from '../../../src/cli/gate/gate.js';
import { outcomeFor, type Reason } from '../../../src/domain/reason.js';
import { notSent } from '../../../src/domain/result.js';
import { modelAt } from '../../checker/model.js';

/** A row of a model that was checked. */
export function row(
  id: string,
  reason: Reason,
  detail: string | null = null,
  more: Partial<GateRow> = {},
): GateRow {
  const model = { ...modelAt('http://127.0.0.1:9/v1'), id };
  const result = {
    ...notSent(Date.UTC(2026, 10, 30), reason, outcomeFor(reason, {}), detail),
    durationMs: 1_250,
    httpStatus: 429,
  };
  return { model, result, attempts: 1, ended: true, ...more };
}

export const terms = { failOn: ['unhealthy'], retries: 0, timeoutMs: null } as const;
