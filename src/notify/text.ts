import { highest, lowest } from '../domain/list.js';
import type { Message, MessageMember } from '../domain/notify/message.js';
import type { Notice } from '../domain/notify/notice.js';
import { dayMs, hourMs, minuteMs } from '../domain/period.js';
import { plainText } from '../domain/plain-text.js';
import type { Blame } from '../domain/reason.js';

/** How a message is told on one channel. */
export interface Telling {
  readonly timezone: string;
  /** Address of the page about a model and its incident; null without a public address. */
  readonly linkTo: (model: string, incident: number | null) => string | null;
}

/** A message in words, without markup: foreign text in it is one line, without control characters. */
export interface Told {
  /** One line: which, what, since when, whose fault. */
  readonly title: string;
  /** What to do; null where nothing is to be done. */
  readonly advice: string | null;
  /** A line for each model. */
  readonly lines: readonly string[];
  /** The newest detail; null without one. */
  readonly detail: string | null;
  /** What was left out or held back. */
  readonly notes: readonly string[];
  readonly link: string | null;
}

const longestName = 200;
const longestDetail = 300;
/** Models that are named in the title. */
const mostNamed = 3;

const advice: Readonly<Record<Blame, string>> = {
  provider: 'The provider has to act: wait, or use another provider or model.',
  account: 'The account has to be looked after: check the key, the credit and the limits at the provider.',
  config: 'The configuration has to be corrected: check the address and name of the model.',
  network: 'The way to the provider has to be checked: DNS, network, proxy and certificate.',
  monitor: 'The monitor itself has to be looked after; the models may be healthy.',
};

const isAre = (count: number): string => (count === 1 ? 'is' : 'are');
/** The first characters, without half a character at the end. */
export const cut = (text: string, most: number): string =>
  text.slice(0, most).replace(/[\ud800-\udbff]$/, '');

const bounded = (text: string, most: number): string => {
  const plain = plainText(text);
  return plain.length <= most ? plain : `${cut(plain, most - 1)}…`;
};

/** `45 s`, `4 min`, `2 h 5 min`, `3 d 4 h`. */
function shownSpan(ms: number): string {
  const span = Math.max(0, ms);
  if (span < minuteMs) return `${Math.ceil(span / 1_000)} s`;
  const parts = (unit: number, name: string, small: number, smallName: string): string => {
    const rest = Math.floor((span % unit) / small);
    return `${Math.floor(span / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
  };
  if (span < hourMs) return `${Math.floor(span / minuteMs)} min`;
  return span < dayMs ? parts(hourMs, 'h', minuteMs, 'min') : parts(dayMs, 'd', hourMs, 'h');
}

/** `2026-11-30 14:03` in the zone, with its name. */
export function timeText(at: number, timezone: string): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(at);
  return `${text} ${timezone}`;
}

/** A value that all have; null where they differ. */
function common<Value>(values: readonly Value[]): Value | null {
  const [first] = values;
  return first !== undefined && values.every((value) => value === first) ? first : null;
}

const stateWords: Readonly<Record<Notice['what'], string>> = {
  unhealthy: 'unhealthy',
  degraded: 'degraded',
  unknown: 'unknown',
  maintenance: 'in maintenance',
  version: 'answered by another version',
  certificate: 'near the end of the certificate',
};

/** `gpt-4o`, `gpt-4o, mixtral and 5 more`, `334 models of openai`. */
function whichOf(members: readonly MessageMember[], count: number): string {
  const names = members.map(({ model }) => bounded(model, longestName));
  if (count <= mostNamed)
    return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  const provider = common(members.map((member) => member.provider));
  return `${count} models${provider === null ? '' : ` of ${bounded(provider, longestName)}`}`;
}

function causeOf(members: readonly MessageMember[]): string {
  const reason = common(members.map((member) => member.reason));
  const blame = common(members.map((member) => member.blame));
  return reason === null ? '' : `: ${reason}${blame === null ? '' : ` (${blame})`}`;
}

function titleOf(message: Message, { timezone }: Telling): string {
  const { kind, open, ended } = message;
  const members = message.members.filter((member) => member.isNews || kind === 'reminder');
  const of = (all: readonly MessageMember[]): string =>
    stateWords[common(all.map(({ what }) => what)) ?? 'unhealthy'];
  const lasting = members.filter((member) => member.ended === null);
  const over = members.filter((member) => member.ended !== null);
  const since = Math.min(message.at, lowest(members.map((member) => member.since)));
  const flapping = members.filter((member) => member.flapping === 'began');
  if (flapping.length > 0 && flapping.length === members.length)
    return `${whichOf(flapping, flapping.length)} ${isAre(flapping.length)} flapping${causeOf(flapping)}: nothing more is told until this has settled`;
  const settled = members.some((member) => member.flapping === 'settled') ? ' have settled:' : '';
  const endTitle = (): string => {
    if (over.length > 0 && over.every(({ gone }) => gone === true))
      return `${whichOf(over, ended)} ${ended === 1 ? 'was' : 'were'} removed from the registry while ${of(over)}`;
    const [first] = over;
    if (first?.movedTo !== undefined && over.length === 1)
      return `${whichOf(over, 1)} was renamed to ${bounded(first.movedTo, longestName)} while ${of(over)}`;
    const end = over.length === 0 ? message.at : highest(over.map((member) => member.ended ?? 0));
    const lasted = over.length === 1 ? ` after ${shownSpan(end - since)}` : '';
    return `${whichOf(over, ended)}${settled} ${isAre(ended)} no longer ${of(over)}${lasted}, since ${timeText(end, timezone)}`;
  };
  switch (kind) {
    case 'test':
      return 'Test message of modelpulse: this channel works';
    case 'remark':
      return `${whichOf(over, ended)} ${isAre(ended)} ${of(over)}`;
    case 'resolved':
      return endTitle();
    case 'passed': {
      const end = highest(over.map((member) => member.ended ?? 0));
      return `${whichOf(over, ended)} ${ended === 1 ? 'was' : 'were'} ${of(over)} for ${shownSpan(end - since)}${causeOf(over)}, until ${timeText(end, timezone)}`;
    }
    case 'reminder':
      return `${whichOf(lasting, open)} ${isAre(open)} still ${of(lasting)} since ${timeText(since, timezone)}${causeOf(lasting)}`;
    case 'problem':
    case 'update': {
      const all = message.members.filter((member) => member.ended === null);
      if (all.length === 0) return endTitle();
      const from = lowest(all.map((member) => member.since));
      const back = ended - over.filter(({ movedTo }) => movedTo !== undefined).length;
      const others = kind === 'update' && back > 0 ? `; ${back} no longer` : '';
      return `${whichOf(all, open)}${settled} ${isAre(open)} ${of(all)} since ${timeText(from, timezone)}${causeOf(all)}${others}`;
    }
  }
}

function lineOf(member: MessageMember, { timezone }: Telling): string {
  const { model, what, since, ended, reason, blame, times, failures, flapping, detail } = member;
  const cause = reason === null ? '' : `, ${reason}${blame === null ? '' : ` (${blame})`}`;
  const often = times > 1 ? `, ${times} times` : '';
  const checks = failures === null ? '' : `, ${failures} checks failed`;
  const name = bounded(model, longestName);
  if (what === 'version' || what === 'certificate')
    return `${name}: ${bounded(detail ?? what, longestDetail)}`;
  const steady = flapping === 'began' ? ', flapping' : flapping === 'settled' ? ', settled' : '';
  if (member.movedTo !== undefined)
    return `${name}: renamed to ${bounded(member.movedTo, longestName)} while ${stateWords[what]}`;
  if (member.gone === true) return `${name}: removed from the registry while ${stateWords[what]}`;
  if (ended !== null)
    return `${name}: no longer ${stateWords[what]}, after ${shownSpan(ended - since)}${cause}${checks}${often}${steady}`;
  return `${name}: ${stateWords[what]} since ${timeText(since, timezone)}${cause}${checks}${often}${steady}`;
}

const heldBackWords: Readonly<Record<string, string>> = {
  flapping: 'of flapping models',
  channel_limit: 'by the limit of this channel',
  quiet: 'in quiet time',
};

function notesOf({ more, heldBack }: Message): string[] {
  const held = Object.entries(heldBack).map(
    ([cause, count]) =>
      `${count} ${count === 1 ? 'change' : 'changes'} held back ${heldBackWords[cause] ?? cause}`,
  );
  return [...(more > 0 ? [`and ${more} more models`] : []), ...held];
}

/** Puts a message into words; at most `mostLines` models are listed. */
export function told(message: Message, telling: Telling, mostLines = 20): Told {
  const { members, kind, open } = message;
  const listed = members.slice(0, mostLines);
  const [first] = members;
  const lasting = members.filter(({ ended }) => ended === null);
  const blame = common(lasting.map((member) => member.blame));
  const detail = members.find(
    (member) => member.isNews && member.detail !== null && member.ended === null,
  )?.detail;
  const hasAdvice = open > 0 && blame !== null && kind !== 'remark';
  return {
    title: titleOf(message, telling),
    advice: hasAdvice ? advice[blame] : null,
    lines:
      kind === 'test' ||
      (members.length === 1 && message.more === 0 && kind !== 'remark' && (first?.times ?? 0) < 2)
        ? []
        : listed.map((member) => lineOf(member, telling)),
    detail: detail === undefined || detail === null ? null : bounded(detail, longestDetail),
    notes: notesOf({ ...message, more: message.more + members.length - listed.length }),
    link:
      first === undefined
        ? null
        : telling.linkTo(first.model, first.what === 'unhealthy' ? first.since : null),
  };
}

/** A sign before the title. */
export function markOf({ kind }: Pick<Message, 'kind'>): string {
  if (kind === 'resolved' || kind === 'passed') return '✅';
  return kind === 'remark' || kind === 'test' ? 'ℹ️' : '🔴';
}

/** The lines behind the title, in their order. */
export function bodyLines({ advice: toDo, lines, detail, notes }: Told): string[] {
  return [
    ...(toDo === null ? [] : [toDo]),
    ...lines,
    ...(detail === null ? [] : [`Newest detail: ${detail}`]),
    ...notes,
  ];
}

/** As many whole lines as fit into `most` characters, with a mark where some are left out. */
export function fitted(lines: readonly string[], most: number, separator = '\n'): string {
  const whole = lines.join(separator);
  if (whole.length <= most) return whole;
  const end = '…';
  let text = '';
  for (const line of lines) {
    const next = text === '' ? line : text + separator + line;
    if (next.length + separator.length + end.length > most) break;
    text = next;
  }
  return text === '' ? end : text + separator + end;
}
