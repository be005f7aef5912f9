import type { Calendar } from '../calendar/calendar.js';
import { formatDuration } from '../domain/duration.js';
import type { Model } from '../domain/model.js';
import { alertingRatio, burnWindows, leastChecks, leastFailures, type BurnWindow } from './burn-window.js';
import { checkIntervalMs } from './rule-group.js';
import { highest, lowest } from '../domain/list.js';

const secondMs = 1_000;
/** Advised objectives are rounded to four decimal places. */
const places = 10_000;

/**
 * The longest interval in ms at which one failed check alone does not exceed the burn rate: of the long / interval checks
 * in the window it is interval / long, which must not be more than burn * (1 - objective).
 */
export function longestIntervalMs(window: BurnWindow, objective: number): number {
  // To whole ms: 1 - 0.9 is a little less than a tenth.
  return Math.round(window.longMs * alertingRatio(window, objective));
}

/** The highest objective at which one failed check alone does not exceed the burn rate; 0 for none. */
export function highestObjective({ longMs, burn }: BurnWindow, intervalMs: number): number {
  return Math.max(0, Math.floor((1 - intervalMs / (longMs * burn)) * places) / places);
}

/** The lowest objective at which failing all the time exceeds the burn rate, which is above 1 - 1 / burn. */
export function lowestObjective({ burn }: BurnWindow): number {
  return (Math.floor((1 - 1 / burn) * places) + 1) / places;
}

/** A duration, rounded down to whole seconds if it has any. */
function every(ms: number): string {
  return formatDuration(ms < secondMs ? ms : ms - (ms % secondMs));
}

/** A schedule or objective that would work. No schedule has an interval under a second; an objective of 0 is useless. */
function advice(intervalMs: number, objective: number): string {
  const ways = [
    ...(intervalMs >= secondMs ? [`a check every ${every(intervalMs)}`] : []),
    ...(objective > 0 ? [`slo ${objective}`] : []),
  ];
  return ways.length === 0 ? 'nothing would do' : `${ways.join(' or ')} would do`;
}

interface Finding {
  /** Windows that the line applies to. */
  readonly windows: readonly BurnWindow[];
  readonly says: (names: string) => string;
  readonly advice: () => string;
}

function findings(intervalMs: number, objective: number): Finding[] {
  const tripped = burnWindows.filter((window) => intervalMs > longestIntervalMs(window, objective));
  const rare = burnWindows.filter(({ longMs }) => intervalMs * leastChecks > longMs);
  const lax = burnWindows.filter((window) => objective < lowestObjective(window));
  return [
    {
      windows: tripped,
      says: (names) =>
        `one failed check alone exceeds the burn rate of ${names}, so that only the floor of ${leastFailures} failures decides`,
      advice: () =>
        advice(
          lowest(tripped.map((window) => longestIntervalMs(window, objective))),
          lowest(tripped.map((window) => highestObjective(window, intervalMs))),
        ),
    },
    {
      windows: rare,
      says: (names) => `checks are too rare for ${names}, so that nothing is said of them`,
      advice: () => advice(lowest(rare.map(({ longMs }) => longMs / leastChecks)), 0),
    },
    {
      windows: lax,
      says: (names) => `not even failing all the time exceeds the burn rate of ${names}`,
      advice: () => advice(0, highest(lax.map(lowestObjective))),
    },
  ];
}

function lines(id: string, intervalMs: number, objective: number): string[] {
  return findings(intervalMs, objective)
    .filter(({ windows }) => windows.length > 0)
    .map(({ windows, says, advice }) => {
      const names = windows.map(({ long }) => long).join(', ');
      return `model ${id}: slo ${objective}, a check every ${every(intervalMs)}: ${says(names)}; ${advice()}`;
    });
}

/** Limits of the burn-rate alerts for the models of a registry, one sorted line each. */
export function feasibilityLines(models: readonly Model[], calendar: Calendar): string[] {
  return models
    .flatMap((model) => {
      const intervalMs = model.slo === null ? null : checkIntervalMs(model, calendar);
      return model.slo === null || intervalMs === null ? [] : lines(model.id, intervalMs, model.slo);
    })
    .sort();
}
