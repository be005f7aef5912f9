import { monthStart, tokensOn, type DayTokens } from '../budget.js';
import { amountText, costOn, nanosPerUnit, type MonthCost } from '../cost.js';
import { isRefusal, type Keys } from '../keys.js';
import { highest, lowest } from '../list.js';
import { dayMs } from '../period.js';
import { blameFor, type Blame, type Reason, type StateReason } from '../reason.js';
import type { CheckResult } from '../result.js';
import { exactPercent, percentDown, usedPercent, type BudgetUse } from '../uptime.js';
import type { Remark } from './notice.js';

/** What people were warned of. It is stored with the model, so that neither a restart nor another instance warns again. */
export interface Warned {
  /** Keys that are refused, by position. */
  readonly keys: readonly KeyRefusals[];
  /** The share of the token budget of a UTC day; null before the first warning. */
  readonly budget: { readonly day: number; readonly share: number } | null;
  /** The share of the budget of a UTC month; null or absent before the first warning. */
  readonly month?: { readonly month: number; readonly share: number } | null;
  /** When (Unix ms) which share of the error budget was told. */
  readonly objective: readonly { readonly share: number; readonly at: number }[];
}

interface KeyRefusals {
  readonly position: number;
  /** Unix ms of the first refusal. */
  readonly since: number;
  /** Refusals in a row. */
  readonly count: number;
  /** Of the newest. */
  readonly reason: Reason;
  readonly told: boolean;
}

export const nothingWarned: Warned = { keys: [], budget: null, objective: [] };

/** A remark to tell. */
export interface Warning {
  readonly what: Remark;
  readonly detail: string;
  /** Unix ms. */
  readonly since: number;
  readonly reason: StateReason | null;
  readonly blame: Blame | null;
}

/** Which warnings are wanted; what is not is noted nowhere, and told once it is. */
export interface Wanted {
  readonly key: boolean;
  readonly budget: boolean;
  readonly objective: boolean;
}

/** What a model is like after a result. */
export interface Situation {
  readonly slot: number;
  readonly maintenance: boolean;
  readonly result: Pick<CheckResult, 'keyIndex' | 'reason' | 'startedAt'>;
  /** Null for fewer than two. */
  readonly keys: Keys | null;
  /** Refusals in a row that confirm one. */
  readonly failures: number;
  readonly spent: DayTokens | null;
  readonly tokensPerDay: number | null;
  readonly spentMonth: MonthCost | null;
  readonly usdPerMonth: number | null;
  readonly objective: number | null;
  /** The error budget of the last 30 days; null while it is not known. */
  readonly errorBudget: BudgetUse | null;
  /** Reason of the open incident; null without one. */
  readonly incident: StateReason | null;
}

/** Shares of a budget at which it is told. */
const shares = [1, 0.8] as const;

/** The greatest of these shares of `budget` that is used, where it is greater than the one that was `known`; else null. */
function shareAbove(known: number, used: number, budget: number): (typeof shares)[number] | null {
  const share = shares.find((one) => used >= one * budget);
  return share === undefined || share <= known ? null : share;
}
/** The window of an objective, in which each share is told once. */
export const objectiveWindowMs = 30 * dayMs;

const listOf = (positions: readonly number[]): string => {
  const shown = positions.map((position) => position + 1);
  return shown.length < 2 ? String(shown[0]) : `${shown.slice(0, -1).join(', ')} and ${String(shown.at(-1))}`;
};

function keyWarning(
  warned: Warned['keys'],
  { slot, maintenance, result, keys, failures }: Situation,
): { readonly warned: Warned['keys']; readonly warning: Warning | null } {
  if (keys === null) return { warned: [], warning: null };
  if (maintenance) return { warned, warning: null };
  const { keyIndex, reason } = result;
  // A key that is accepted again, or was replaced, is refused anew the next time.
  let known = warned.filter(({ position }) => keys.healthy[position] === false);
  if (keyIndex !== null && keys.healthy[keyIndex] === false && isRefusal(reason)) {
    const before = known.find(({ position }) => position === keyIndex);
    const { since, count, told } = before ?? { since: slot, count: 0, told: false };
    const now = { position: keyIndex, since, count: count + 1, reason, told };
    known = [...known.filter((other) => other !== before), now].sort((a, b) => a.position - b.position);
  }
  const refused = known.filter(({ count }) => count >= failures);
  const news = refused.filter(({ told }) => !told);
  if (news.length === 0 || !keys.healthy.includes(true)) return { warned: known, warning: null };
  const { reason: cause } = news[0] ?? { reason };
  const which = `${refused.length === 1 ? 'key' : 'keys'} ${listOf(refused.map(({ position }) => position))}`;
  return {
    warned: known.map((one) => (refused.includes(one) ? { ...one, told: true } : one)),
    warning: {
      what: 'key',
      detail: `${which} of ${keys.healthy.length} ${refused.length === 1 ? 'is' : 'are'} refused, and others are accepted`,
      since: lowest(news.map((one) => one.since)),
      reason: cause,
      blame: blameFor(cause),
    },
  };
}

function budgetWarning(
  warned: Warned['budget'],
  { slot, result, spent, tokensPerDay }: Situation,
): { readonly warned: Warned['budget']; readonly warning: Warning | null } {
  if (spent === null || tokensPerDay === null) return { warned, warning: null };
  const tokens = tokensOn(spent, result.startedAt);
  const share = shareAbove(warned?.day === spent.day ? warned.share : 0, tokens, tokensPerDay);
  if (share === null) return { warned, warning: null };
  const day = new Date(spent.day * dayMs).toISOString().slice(0, 10);
  const figures = `${tokens} of ${tokensPerDay} tokens of ${day}`;
  return {
    warned: { day: spent.day, share },
    warning: {
      what: 'budget',
      detail:
        share === 1
          ? `the token budget is used up (${figures}), and nothing is checked until 00:00 UTC`
          : `${percentDown(tokens / tokensPerDay, 0)} of the token budget is used (${figures})`,
      since: slot,
      reason: 'budget_spent',
      // The provider is not at fault, and the monitor does as it is told.
      blame: 'config',
    },
  };
}

function monthWarning(
  warned: Warned['month'],
  { slot, result, spentMonth, usdPerMonth }: Situation,
): { readonly warned: Warned['month']; readonly warning: Warning | null } {
  if (spentMonth === null || usdPerMonth === null) return { warned, warning: null };
  const [spent, budget] = [costOn(spentMonth, result.startedAt), usdPerMonth * nanosPerUnit];
  const share = shareAbove(warned?.month === spentMonth.month ? warned.share : 0, spent, budget);
  if (share === null) return { warned, warning: null };
  const month = new Date(monthStart(spentMonth.month)).toISOString().slice(0, 7);
  const figures = `${amountText(spent, 'USD')} of ${amountText(budget, 'USD')} in ${month}`;
  return {
    warned: { month: spentMonth.month, share },
    warning: {
      what: 'budget',
      detail:
        share === 1
          ? `the budget of the month is used up (${figures}), and nothing is checked until the next one begins in UTC`
          : `${percentDown(spent / budget, 0)} of the budget of the month is used (${figures})`,
      since: slot,
      reason: 'budget_spent',
      blame: 'config',
    },
  };
}

function objectiveWarning(
  warned: Warned['objective'],
  { slot, objective, errorBudget, incident }: Situation,
): { readonly warned: Warned['objective']; readonly warning: Warning | null } {
  const known = warned.filter(({ at }) => at > slot - objectiveWindowMs);
  if (objective === null || errorBudget === null) return { warned: known, warning: null };
  const { used, coverage } = errorBudget;
  const share = shareAbove(Math.max(0, highest(known.map((one) => one.share))), used, 1);
  if (share === null) return { warned: known, warning: null };
  const figures = `objective ${exactPercent(objective)}, coverage ${percentDown(coverage)}`;
  return {
    warned: [...known, { share, at: slot }],
    warning: {
      what: 'objective',
      detail:
        share === 1
          ? `the error budget of 30 days is used up: ${usedPercent(used)} of it (${figures})`
          : `${usedPercent(used)} of the error budget of 30 days is used (${figures})`,
      since: slot,
      reason: incident,
      blame: incident && blameFor(incident),
    },
  };
}

/** What is to be warned of after a result, once each: what was known, and what it shows. Pure. */
export function warningsOf(
  before: Warned,
  situation: Situation,
  wanted: Wanted,
): { readonly warned: Warned; readonly warnings: readonly Warning[] } {
  const key = wanted.key ? keyWarning(before.keys, situation) : { warned: [], warning: null };
  const unchanged = { warning: null };
  const budget = wanted.budget
    ? budgetWarning(before.budget, situation)
    : { ...unchanged, warned: before.budget };
  const month = wanted.budget
    ? monthWarning(before.month, situation)
    : { ...unchanged, warned: before.month };
  const objective = wanted.objective
    ? objectiveWarning(before.objective, situation)
    : { ...unchanged, warned: before.objective };
  return {
    warned: {
      ...{ keys: key.warned, budget: budget.warned, objective: objective.warned },
      ...(month.warned !== undefined && { month: month.warned }),
    },
    warnings: [key, budget, month, objective].flatMap(({ warning }) => warning ?? []),
  };
}
