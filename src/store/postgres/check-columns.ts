import { dayMs } from '../../domain/period.js';
import { speedNames, type Speed } from '../../domain/speed.js';
import { slotOf } from '../../domain/time.js';
import type { CheckRow } from '../rows/check-row.js';
import { inMaintenance } from '../rows/check-row.js';
import { decodeSpeed, encodeSpeed } from '../rows/speed-blob.js';

/** Days from 1970 to 2020: a smallint holds the days from 1930 to 2109. */
export const firstDay = Date.UTC(2020, 0, 1) / dayMs;

/** A row of `check_result`, without its place. */
export interface CheckColumns {
  readonly model: number;
  readonly day: number;
  readonly slot: number;
  readonly code: number;
  readonly duration: number | null;
  readonly tokens: number | null;
  readonly rest: string | null;
  readonly cost: number | null;
}

const flagsShift = 2;
/** Bit of `code`: figures are in `rest`, since they do not fit. */
export const tooGreat = 1 << 6;
const withoutKey = 1 << 7;
const reasonShift = 8;
const delayShift = 16;
const tokenShift = 15;
const mostDelay = 0x7fff;
const mostInt = 0x7fff_ffff;

/** SQL over the columns. */
export const outcomeSql = '(code & 3)';
export const alikeSql = `(code & ${(1 << delayShift) - 1})`;
export const maintenanceSql = `(code & ${inMaintenance << flagsShift})`;
export const inputTokensSql = `(tokens >> ${tokenShift})`;
export const outputTokensSql = `(tokens & ${(1 << tokenShift) - 1})`;

/** True for results with a speed: a list at the end of the list of the rest. */
export const streamedSql = "(rest LIKE '%]]')";

/** What results have in common that `alikeSql` gives the same number. */
export function alikeOf(
  code: number,
): Pick<CheckRow, 'outcome' | 'reason' | 'flags'> & { tooGreat: boolean } {
  return {
    outcome: code & 3,
    flags: (code >> flagsShift) & 15,
    reason: (code >> reasonShift) & 0xff,
    tooGreat: (code & tooGreat) !== 0,
  };
}

/** Figures that fit into the columns. */
function fits({ delay, duration, input_tokens: input, output_tokens: output }: CheckRow): boolean {
  const within = (value: number | null, most: number): boolean =>
    value === null || (value >= 0 && value <= most);
  return (
    within(delay, mostDelay) &&
    within(duration, mostInt) &&
    (input === null) === (output === null) &&
    within(input, 0xffff) &&
    within(output, 0x7fff)
  );
}

const decoded = ({ speed }: CheckRow): Speed | null => (speed === null ? null : decodeSpeed(speed));

/** The speed of a result from its list. */
function speedOf(list: unknown): Uint8Array | null {
  if (!Array.isArray(list)) return null;
  const [firstTextMs, firstReasoningMs, contentMs, gapMs] = list as readonly (number | null)[];
  return encodeSpeed({
    firstTextMs: firstTextMs ?? null,
    firstReasoningMs: firstReasoningMs ?? null,
    contentMs: contentMs ?? null,
    gapMs: gapMs ?? null,
  });
}

/** Packs a row; its numbers must be safe integers. */
export function checkColumnsOf(model: number, row: CheckRow): CheckColumns {
  const great = !fits(row);
  const { http, key_index: key, input_tokens: input, output_tokens: output } = row;
  const day = Math.floor(row.slot / dayMs);
  const code =
    row.outcome |
    (row.flags << flagsShift) |
    (great ? tooGreat : 0) |
    (key === null ? withoutKey : 0) |
    (row.reason << reasonShift) |
    (great ? 0 : row.delay << delayShift);
  const rest: unknown[] = [
    row.first_token,
    // The usual status is null here.
    http === null ? false : http === 0 ? null : http,
    key === 0 ? null : key,
    row.detail,
    row.response,
    row.response_model,
    row.phases === null ? null : JSON.parse(row.phases),
    ...(great ? [row.delay, row.duration, input, output] : []),
    // Behind what earlier releases read.
    row.speed && speedNames.map((name) => decoded(row)?.[name] ?? null),
  ];
  while (rest.length > 0 && rest.at(-1) === null) rest.pop();
  return {
    model,
    day: day - firstDay,
    slot: row.slot - day * dayMs,
    code,
    duration: great ? null : row.duration,
    tokens: great || input === null || output === null ? null : (input << tokenShift) | output,
    rest: rest.length === 0 ? null : JSON.stringify(rest),
    cost: row.cost,
  };
}

/** Unpacks a row. */
export function checkRowOf({
  day,
  slot,
  code,
  duration,
  tokens,
  rest,
  cost,
}: Omit<CheckColumns, 'model'>): CheckRow {
  // Written by `checkColumnsOf`.
  const more = (rest === null ? [] : JSON.parse(rest)) as readonly unknown[];
  const number = (at: number): number | null => (more[at] ?? null) as number | null;
  const text = (at: number): string | null => (more[at] ?? null) as string | null;
  const { outcome, flags, reason, tooGreat: great } = alikeOf(code);
  const phases = more[6] ?? null;
  return {
    slot: slotOf((day + firstDay) * dayMs + slot),
    outcome,
    reason,
    flags,
    delay: great ? (number(7) ?? 0) : code >> delayShift,
    duration: great ? number(8) : duration,
    first_token: number(0),
    http: more[1] === false ? null : (number(1) ?? 0),
    input_tokens: great ? number(9) : tokens === null ? null : tokens >> tokenShift,
    output_tokens: great ? number(10) : tokens === null ? null : tokens & ((1 << tokenShift) - 1),
    speed: speedOf(more[great ? 11 : 7]),
    key_index: (code & withoutKey) !== 0 ? null : (number(2) ?? 0),
    cost,
    detail: text(3),
    response: text(4),
    response_model: text(5),
    phases: phases === null ? null : JSON.stringify(phases),
  };
}
