import type { Incident } from '../../domain/incident.js';
import type { Notice } from '../../domain/notify/notice.js';
import type { RecordedResult } from '../../domain/result.js';
import type { StatePoint } from '../../domain/state.js';
import { hourMs } from '../../domain/period.js';
import { addResult, emptyRollup, type HourlyChanges, type Rollup } from '../../domain/rollup.js';
import { checkColumns, checkValues } from '../rows/check-row.js';
import {
  updateModel,
  writeNotices,
  writeResults,
  writeRollups,
  writeTimeline,
  writeTotals,
  writeWholeHours,
} from './model-write.js';
import type { ModelKey, ModelTotals, ModelWrite, Refusal } from '../port.js';
import type { Put } from './batch-rows.js';
import { addRollup, takeRollup } from '../tally.js';

/** Runs `work` whole or not at all; false when the store refuses its content, which is recorded. */
type Accepts = (key: ModelKey, what: Refusal['what'], part: unknown, work: () => void) => boolean;

const noTotals: ModelTotals = { results: [], inputTokens: 0, outputTokens: 0, versionChanges: 0 };

/**
 * Writes the parts of a model that the store accepts: each result on its own, then sums without the refused results,
 * then each other part on its own. Rows, totals and rollups agree afterwards, as far as those parts are accepted.
 */
export function writeModelInParts(put: Put, write: ModelWrite, accepts: Accepts): void {
  const { key } = write;
  const kept: RecordedResult[] = [];
  const refused: RecordedResult[] = [];
  const only = (part: Partial<ModelWrite>): ModelWrite => ({ ...emptyWrite(write), ...part });
  for (const result of write.results) {
    const accepted = accepts(key, 'result', columnsOf(result), () =>
      writeResults(put, only({ results: [result] })),
    );
    (accepted ? kept : refused).push(result);
  }
  const totals = totalsWithout(write.totals, refused, kept);
  const { health, watermark } = write;
  const row = only({ results: kept, totals, health, watermark });
  if (!accepts(key, 'model', { watermark, ...totals, results: [] }, () => updateModel(put, row)))
    accepts(key, 'model', health, () => updateModel(put, only({ results: kept, health })));
  for (const total of totals.results)
    accepts(key, 'totals', total, () =>
      writeTotals(put, only({ totals: { ...noTotals, results: [total] } })),
    );
  const timeline = (what: Refusal['what'], part: unknown, changes: Partial<ModelWrite>): boolean =>
    accepts(key, what, part, () => writeTimeline(put, only(changes)));
  const { rewriteFrom } = write;
  if (rewriteFrom !== null) timeline('state', { rewriteFrom }, { rewriteFrom });
  const points = write.points.filter((point) => !timeline('state', point, { points: [point] }));
  const incidents = write.incidents.filter(
    (incident) => !timeline('incident', incident, { incidents: [incident] }),
  );
  for (const gap of write.gaps) timeline('gap', { gap }, { gaps: [gap] });
  for (const window of write.maintenance) timeline('maintenance', window, { maintenance: [window] });
  for (const epoch of write.epochs) timeline('epoch', epoch, { epochs: [epoch] });
  for (const [hour, rollup] of rollupsWithout(write.rollups, refused, kept))
    accepts(key, 'rollup', { hour, ...rollup, latency: null, speed: null }, () =>
      writeRollups(put, only({ rollups: new Map([[hour, rollup]]) })),
    );
  for (const notice of noticesWithout(write.notices ?? [], { refused, points, incidents }))
    accepts(key, 'notice', notice, () => writeNotices(put, only({ notices: [notice] })));
  for (const span of write.wholeHours)
    accepts(key, 'rollup', span, () => writeWholeHours(put, only({ wholeHours: [span] })));
}

/** Notices of what was written: what is told was stored. */
function noticesWithout(
  notices: readonly Notice[],
  left: {
    readonly refused: readonly RecordedResult[];
    readonly points: readonly StatePoint[];
    readonly incidents: readonly Incident[];
  },
): Notice[] {
  const slots = new Set<number>(left.refused.map(({ slot }) => slot));
  const opened = new Set<number>(left.incidents.map(({ openedAt }) => openedAt));
  const changed = new Set<number>(left.points.map(({ from }) => from));
  return notices.filter(({ kind, what, since, at }) => {
    if (kind === 'happened') return !slots.has(at);
    return what === 'unhealthy' ? !opened.has(since) : !changed.has(since) && !changed.has(at);
  });
}

function columnsOf(result: RecordedResult): Record<string, number | null> {
  const values = checkValues(result);
  return Object.fromEntries(
    checkColumns.split(', ').map((column, index) => {
      const value = values[index];
      return [column, typeof value === 'number' ? value : null];
    }),
  );
}

function emptyWrite({ key, health }: ModelWrite): ModelWrite {
  return {
    key,
    results: [],
    rewriteFrom: null,
    points: [],
    rollups: new Map(),
    wholeHours: [],
    incidents: [],
    gaps: [],
    maintenance: [],
    epochs: [],
    health,
    watermark: null,
    totals: noTotals,
  };
}

type TokenKind = 'inputTokens' | 'outputTokens';

function tokensOf(results: readonly RecordedResult[], kind: TokenKind): number[] {
  return results.map(({ usage }) => usage?.[kind] ?? 0);
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/**
 * The sum without the tokens of refused results. Where a count, or the sum of counts, is no safe integer, the sum was
 * rounded on the way (1e30 + 14 - 1e30 is 0), so the accepted results are summed instead.
 */
function tokensWithout(
  sum: number,
  kind: TokenKind,
  refused: readonly RecordedResult[],
  kept: readonly RecordedResult[],
): number {
  const [taken, left] = [tokensOf(refused, kind), tokensOf(kept, kind)];
  const all = [...taken, ...left];
  const exact = [sum, ...all, sumOf(all.map(Math.abs))].every((count) => Number.isSafeInteger(count));
  return exact ? sum - sumOf(taken) : sumOf(left);
}

function totalsWithout(
  totals: ModelTotals,
  refused: readonly RecordedResult[],
  kept: readonly RecordedResult[],
): ModelTotals {
  const tokens = (kind: TokenKind): number => tokensWithout(totals[kind], kind, refused, kept);
  const countOf = (total: ModelTotals['results'][number]): number =>
    refused.filter(
      ({ outcome, reason, maintenance }) =>
        !maintenance && outcome === total.outcome && reason === total.reason,
    ).length;
  return {
    results: totals.results
      .map((total) => ({ ...total, count: total.count - countOf(total) }))
      .filter(({ count }) => count !== 0),
    inputTokens: tokens('inputTokens'),
    outputTokens: tokens('outputTokens'),
    versionChanges: totals.versionChanges,
  };
}

function rollupsWithout(
  rollups: ReadonlyMap<number, Rollup>,
  refused: readonly RecordedResult[],
  kept: readonly RecordedResult[],
): Map<number, Rollup> {
  const share: HourlyChanges = new Map();
  for (const result of refused) addResult(share, result);
  return new Map(
    [...rollups].map(([hour, rollup]) => {
      const part = share.get(hour);
      if (part === undefined) return [hour, rollup];
      const rest = emptyRollup();
      addRollup(rest, rollup);
      takeRollup(rest, part);
      const ofHour = ({ slot }: RecordedResult): boolean => slot >= hour && slot < hour + hourMs;
      const [taken, left] = [refused.filter(ofHour), kept.filter(ofHour)];
      for (const kind of ['inputTokens', 'outputTokens'] as const)
        rest[kind] = tokensWithout(rollup[kind], kind, taken, left);
      return [hour, rest];
    }),
  );
}
