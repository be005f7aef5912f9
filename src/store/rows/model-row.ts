import { parseJson } from '../../domain/json.js';
import { messageOf } from '../../domain/thrown.js';
import { outcomeCodes, reasonCodes } from '../codes.js';
import type { StoredModel } from '../port.js';
import { StoreError } from '../store-error.js';
import { latestOf } from './check-row.js';

/** A row of the table of models; memory and newest result as JSON. */
export interface ModelRow {
  readonly key: number;
  readonly id: string;
  readonly first_seen: number;
  readonly retired_at: number | null;
  readonly watermark: number | null;
  readonly last_success: number | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly version_changes: number;
  readonly health: string | null;
  readonly latest: string | null;
}

/** A counter of results of a model. */
export interface TotalRow {
  readonly outcome: number;
  readonly reason: number;
  readonly count: number;
}

function contentOf(row: ModelRow, totals: readonly TotalRow[]): StoredModel {
  return {
    key: row.key,
    id: row.id,
    firstSeen: row.first_seen,
    health: row.health === null ? null : parseJson(row.health),
    watermark: row.watermark,
    retiredAt: row.retired_at,
    latest: latestOf(row.latest),
    lastSuccess: row.last_success,
    totals: {
      results: totals.map(({ outcome, reason, count }) => ({
        outcome: outcomeCodes.toWord(outcome),
        reason: reasonCodes.toWord(reason),
        count,
      })),
      inputTokens: row.input_tokens,
      outputTokens: row.output_tokens,
      versionChanges: row.version_changes,
    },
  };
}

/** Throws StoreError of kind `foreign` for a row that no release has written. */
export function modelFrom(row: ModelRow, totals: readonly TotalRow[]): StoredModel {
  try {
    return contentOf(row, totals);
  } catch (error) {
    throw new StoreError(
      'foreign',
      `the row of the model "${row.id}" in the database cannot be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
