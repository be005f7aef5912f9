import { sharesIn, type Message, type MessageMember } from '../domain/notify/message.js';
import { isRemark, type Remark } from '../domain/notify/notice.js';
import type { Blame } from '../domain/reason.js';
import { stateWords, titleOf } from './title.js';
import { acknowledgedText, bounded, common, proofText, shownSpan, timeText, type Telling } from './words.js';

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
/** Characters of what a vendor says, models that are looked at for it, and vendors that are told of. */
const longestVendorTitle = 160;
const mostAsked = 100;
const mostVendors = 3;
/** Characters of an address: some receivers have little room for text. */
const longestLink = 800;

const advice: Readonly<Record<Blame, string>> = {
  provider: 'The provider has to act: wait, or use another provider or model.',
  account: 'The account has to be looked after: check the key, the credit and the limits at the provider.',
  config: 'The configuration has to be corrected: check the address and name of the model.',
  network: 'The way to the provider has to be checked: DNS, network, proxy and certificate.',
  monitor: 'The monitor itself has to be looked after; the models may be healthy.',
};

const remarkAdvice: Readonly<Record<Remark, string>> = {
  version: 'Nothing is broken: check that the answers of this version are still good.',
  certificate: 'The operator of the endpoint has to renew the certificate: checks fail once it has expired.',
  key: 'The account has to be looked after: replace the key at that position, or remove it from the list.',
  budget: 'The configuration has to be corrected: use a longer interval, or a larger budget.',
  objective: 'Find out what used it up (modelpulse history ID), and exclude an outage that does not count.',
};

/** What to do; null where nothing is to be done, or not the same. */
function adviceOf(message: Message): string | null {
  const { members, kind } = message;
  // Somebody does it.
  if (kind === 'acknowledged') return null;
  if (kind === 'remark') {
    const what = common(members.map((member) => member.what));
    return what !== null && isRemark(what) ? remarkAdvice[what] : null;
  }
  const blame = sharesIn(message).lasting?.blame ?? null;
  return blame && advice[blame];
}

function lineOf(member: MessageMember, telling: Telling): string {
  const { timezone } = telling;
  const { model, what, since, ended, reason, blame, times, failures, flapping, detail } = member;
  const cause = reason === null ? '' : `, ${reason}${blame === null ? '' : ` (${blame})`}`;
  const often = times > 1 ? `, ${times} times` : '';
  const checks = failures === null ? '' : `, ${failures} checks failed`;
  const name = bounded(model, longestName);
  const steady = flapping === 'began' ? ', flapping' : flapping === 'settled' ? ', settled' : '';
  if (isRemark(what))
    return `${name}: ${bounded(detail ?? stateWords[what], longestDetail)}${often}${steady}`;
  if (member.movedTo !== undefined)
    return `${name}: renamed to ${bounded(member.movedTo, longestName)} while ${stateWords[what]}`;
  if (member.gone === true) return `${name}: removed from the registry while ${stateWords[what]}`;
  if (ended !== null)
    return `${name}: no longer ${stateWords[what]}, after ${shownSpan(ended - since)}${proofText(member)}${cause}${checks}${often}${steady}`;
  const acknowledged = acknowledgedText(member, telling, longestName);
  const cared = acknowledged === null ? '' : `, ${acknowledged}`;
  return `${name}: ${stateWords[what]} since ${timeText(since, timezone)}${cause}${checks}${often}${steady}${cared}`;
}

const heldBackWords: Readonly<Record<string, string>> = {
  flapping: 'of models that flap',
  channel_limit: 'limit of this channel',
  quiet: 'quiet time',
};

/** What the vendors of the first models say that are unhealthy; each page once. */
function vendorNotes({ members }: Message, { vendorSays, timezone }: Telling): string[] {
  const pages = new Map<string, string>();
  for (const { model, what, ended } of vendorSays === undefined ? [] : members.slice(0, mostAsked)) {
    if (what !== 'unhealthy' || ended !== null) continue;
    const word = vendorSays?.(model) ?? null;
    if (word === null || pages.size >= mostVendors) continue;
    const title = bounded(word.title, longestVendorTitle);
    pages.set(
      word.page,
      `The vendor says (${word.page}): ${title}, since ${timeText(word.since, timezone)}: ${word.link}`,
    );
  }
  return [...pages.values()];
}

function notesOf({ more, heldBack }: Message): string[] {
  const held = Object.entries(heldBack).map(
    ([cause, count]) =>
      `${count} ${count === 1 ? 'change' : 'changes'} held back: ${heldBackWords[cause] ?? cause}`,
  );
  return [...(more > 0 ? [`and ${more} more models`] : []), ...held];
}

/** Puts a message into words; at most `mostLines` models are listed. */
export function told(message: Message, telling: Telling, mostLines = 20): Told {
  const { members, kind } = message;
  const listed = members.slice(0, mostLines);
  const [first] = members;
  const detail = members.find(
    (member) => member.isNews && member.detail !== null && member.ended === null,
  )?.detail;
  // The title says all of it.
  const isAlone =
    members.length === 1 &&
    message.more === 0 &&
    (first?.times ?? 0) < 2 &&
    (kind !== 'remark' || (first?.detail?.length ?? 0) <= longestName);
  const said = (kind === 'acknowledged' ? first?.ackNews?.of.note : null) ?? null;
  const link =
    first === undefined ? null : telling.linkTo(first.model, first.what === 'unhealthy' ? first.since : null);
  return {
    title: (message.againAt === undefined ? '' : 'Sent again: ') + titleOf(message, telling),
    advice: adviceOf(message),
    lines: kind === 'test' || isAlone ? [] : listed.map((member) => lineOf(member, telling)),
    detail: detail === undefined || detail === null ? null : bounded(detail, longestDetail),
    notes: [
      ...(said === null ? [] : [`Note: ${bounded(said, longestDetail)}`]),
      ...vendorNotes(message, telling),
      ...notesOf({ ...message, more: message.more + members.length - listed.length }),
    ],
    link: link === null || link.length > longestLink ? null : link,
  };
}

/** True unless all that lasts is less than an outage, such as degraded. */
export function isOutage(message: Pick<Message, 'members' | 'shares'>): boolean {
  const { lasting } = sharesIn(message);
  return lasting === null || (lasting.states.unhealthy ?? 0) > 0;
}

/** A sign before the title. */
export function markOf(message: Pick<Message, 'kind' | 'members' | 'shares'>): string {
  const { kind } = message;
  if (kind === 'resolved' || kind === 'passed') return '✅';
  if (kind === 'acknowledged') return '👀';
  if (kind === 'remark' || kind === 'test') return 'ℹ️';
  return isOutage(message) ? '🔴' : '🟠';
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
