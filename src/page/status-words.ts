import { shownDuration, tookText } from '../domain/duration.js';
import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import { percentDown } from '../domain/uptime.js';
import { span } from './figures.js';
import { de } from './messages/de.js';
import { en } from './messages/en.js';
import { es } from './messages/es.js';
import { fr } from './messages/fr.js';
import { ja } from './messages/ja.js';
import type { Forms, Messages } from './messages/message.js';
import { zh } from './messages/zh.js';

/** By language. */
export const languages: Readonly<Record<string, Messages>> = { en, de, fr, es, ja, zh };

const rtlScripts = ['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm', 'Rohg'];

/** Words, numbers and times of a public page, in its language and time zone. */
export interface StatusWords {
  readonly messages: Messages;
  /** Language of the texts, for the attribute of the document. */
  readonly lang: string;
  /** The direction of the texts: of a locale without texts of its own they are English. */
  readonly dir: 'ltr' | 'rtl';
  fill(text: string, values: Readonly<Record<string, string>>): string;
  /** The form for a number, which stands at `{n}`. */
  count(forms: Forms, n: number, values?: Readonly<Record<string, string>>): string;
  /** A ratio in percent, rounded down to the digits that the API has; 100 without decimals. */
  percent(ratio: number, digits?: 1 | 2): string;
  /** A span in at most two units, rounded down. */
  span(ms: number): string;
  latency(ms: number): string;
  list(items: readonly string[]): string;
  /** `27 Nov` */
  day(time: number): string;
  /** A UTC day, as bars have them. */
  utcDay(time: number): string;
  /** `09:42` */
  minute(time: number): string;
  /** `27 Nov, 09:42` */
  dayMinute(time: number): string;
  /** With year and time zone. */
  full(time: number): string;
  /** Name of the time zone. */
  readonly zone: string;
}

/** Two units next to each other at most, as everywhere on the pages. */
const units = [
  ['day', dayMs],
  ['hour', hourMs],
  ['minute', minuteMs],
  ['second', 1_000],
] as const;

/** Puts values in the place of `{name}`. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w{1,20})\}/g, (all, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? all) : all,
  );
}

function textsFor(locale: Intl.Locale): { messages: Messages; lang: string; format: string } {
  const messages = Object.hasOwn(languages, locale.language) ? languages[locale.language] : undefined;
  if (messages === undefined) return { messages: en, lang: 'en', format: 'en-GB' };
  const simplified = locale.language !== 'zh' || locale.maximize().script === 'Hans';
  return { messages, lang: simplified ? locale.toString() : 'zh-Hans', format: locale.toString() };
}

/** `locale` is BCP 47, `timezone` an IANA name; both are valid. */
export function createStatusWords(locale: string, timezone: string): StatusWords {
  const asked = new Intl.Locale(locale);
  const { messages, lang, format } = textsFor(asked);
  const rules = new Intl.PluralRules(format);
  const numbers = new Intl.NumberFormat(format, { maximumFractionDigits: 0 });
  const dates = (options: Intl.DateTimeFormatOptions, timeZone = timezone) =>
    new Intl.DateTimeFormat(format, { timeZone, ...options });
  const day = { day: 'numeric', month: 'short' } as const;
  const minute = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const formats = {
    day: dates(day),
    utcDay: dates(day, 'UTC'),
    minute: dates(minute),
    dayMinute: dates({ ...day, ...minute }),
    full: dates({ ...day, ...minute, year: 'numeric', timeZoneName: 'short' }),
  };
  // The one of units puts nothing between parts in Chinese.
  const list = new Intl.ListFormat(
    format,
    asked.language === 'zh' ? { type: 'conjunction', style: 'narrow' } : { type: 'unit', style: 'short' },
  );
  const ofUnit = (unit: string, options: Intl.NumberFormatOptions = {}) =>
    new Intl.NumberFormat(format, { style: 'unit', unit, unitDisplay: 'short', ...options });
  const ofUnits = units.map(([unit, size]) => ({ size, unit, format: ofUnit(unit) }));
  const millis = ofUnit('millisecond', { maximumFractionDigits: 0 });
  const seconds = ofUnit('second', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const percents = [0, 1, 2].map(
    (digits) =>
      new Intl.NumberFormat(format, {
        style: 'percent',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );

  return {
    messages,
    lang,
    dir: rtlScripts.includes(new Intl.Locale(format).maximize().script ?? '') ? 'rtl' : 'ltr',
    fill: filled,
    count(forms, n, values = {}) {
      return filled(forms[rules.select(n)] ?? forms.other, { n: numbers.format(n), ...values });
    },
    percent(ratio, digits = 2) {
      // Rounded down before it is formatted: the digits are those of the API.
      const value = ratio >= 1 ? 100 : Number(percentDown(ratio, digits).slice(0, -1));
      return percents[ratio >= 1 ? 0 : digits]?.format(value / 100) ?? '';
    },
    span(ms) {
      // As on the operator's pages; Intl would write "20 secs".
      if (messages === en) return span(ms);
      const first = Math.max(
        0,
        ofUnits.findIndex(({ size }) => ms >= size),
      );
      if (ms < 1_000) return ofUnits.at(-1)?.format.format(0) ?? '';
      let left = ms;
      return ofUnits
        .slice(first, first + 2)
        .flatMap((unit, index) => {
          const count = Math.floor(left / unit.size);
          left -= count * unit.size;
          const needless = index === 1 && unit.unit === 'hour' && ms >= 10 * dayMs;
          return count > 0 && !needless ? [unit.format.format(count)] : [];
        })
        .join(' ');
    },
    latency(ms) {
      if (messages === en) return tookText(ms);
      const { unit, value } = shownDuration(ms);
      return (unit === 'ms' ? millis : seconds).format(value);
    },
    list: (items) => list.format(items),
    day: (time) => formats.day.format(time),
    utcDay: (time) => formats.utcDay.format(time),
    minute: (time) => formats.minute.format(time),
    dayMinute: (time) => formats.dayMinute.format(time),
    full: (time) => formats.full.format(time),
    zone: timezone,
  };
}
