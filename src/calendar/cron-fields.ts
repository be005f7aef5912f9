import { parse } from 'node-cron';
import { dayMs } from '../domain/period.js';

const daySeconds = 86_400;

/** A parsed cron expression. Local times are ms as if the local clock were UTC. */
export interface CronFields {
  /** True unless the expression matches every hour; decides how clock changes are handled. See `CronCalendar`. */
  readonly fixedHours: boolean;
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  /** First matching local time at or after `local`; null when there is none within `horizonDays`. */
  nextLocal(local: number): number | null;
}

/** Days searched. Leap days fall on a given weekday at most 40 years apart (2088 to 2128). */
const horizonDays = 41 * 366;

/** Parses an expression that `cronProblem` accepts; throws on others. */
export function parseCron(expression: string): CronFields {
  const parsed = parse(expression);
  const [hours, minutes, seconds] = [
    ascending(parsed.hour),
    ascending(parsed.minute),
    ascending(parsed.second),
  ];
  const months = new Set(parsed.month);

  function isDay(day: number): boolean {
    const date = new Date(day * dayMs);
    if (!months.has(date.getUTCMonth() + 1)) return false;
    return (
      parsed.dayOfMonth.some((token) => isDayOfMonth(token, date)) &&
      parsed.dayOfWeek.some((token) => isDayOfWeek(token, date))
    );
  }

  /** First matching second of a day at or after `from`. */
  function timeFrom(from: number): number | null {
    const [fromHour, fromMinute, fromSecond] = [
      Math.floor(from / 3600),
      Math.floor(from / 60) % 60,
      from % 60,
    ];
    for (const hour of hours) {
      if (hour < fromHour) continue;
      for (const minute of minutes) {
        if (hour === fromHour && minute < fromMinute) continue;
        const least = hour === fromHour && minute === fromMinute ? fromSecond : 0;
        const second = seconds.find((value) => value >= least);
        if (second !== undefined) return hour * 3600 + minute * 60 + second;
      }
    }
    return null;
  }

  return {
    fixedHours: hours.length < 24,
    hours,
    minutes,
    seconds,
    nextLocal(local) {
      const from = Math.ceil(local / 1000);
      const first = Math.floor(from / daySeconds);
      for (let day = first; day <= first + horizonDays; day += 1) {
        if (!isDay(day)) continue;
        const time = timeFrom(day === first ? from - day * daySeconds : 0);
        if (time !== null) return (day * daySeconds + time) * 1000;
      }
      return null;
    },
  };
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** `15`, `L` (last day), `L-3` (three before it), `15W` and `LW` (the working day nearest to it, in the same month). */
function isDayOfMonth(token: number | string, date: Date): boolean {
  const day = date.getUTCDate();
  if (typeof token === 'number') return token === day;
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  if (token.startsWith('L-')) return day === last - Number(token.slice(2));
  const target = token.startsWith('L') ? last : Number.parseInt(token, 10);
  return day === (token.endsWith('W') ? nearestWorkday(date, target, last) : target);
}

function nearestWorkday(month: Date, target: number, last: number): number | null {
  if (target > last) return null;
  const weekday = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), target)).getUTCDay();
  if (weekday === 6) return target === 1 ? 3 : target - 1;
  if (weekday === 0) return target === last ? target - 2 : target + 1;
  return target;
}

/** `5`, `5L` (the last Friday), `5#2` (the second Friday). */
function isDayOfWeek(token: number | string, date: Date): boolean {
  if (typeof token === 'number') return token === date.getUTCDay();
  if (Number.parseInt(token, 10) % 7 !== date.getUTCDay()) return false;
  if (token.endsWith('L')) return new Date(date.getTime() + 7 * dayMs).getUTCMonth() !== date.getUTCMonth();
  return Math.ceil(date.getUTCDate() / 7) === Number(token.slice(2));
}
