import { isRemark, remarks, toldStates, type Notice, type Remark } from '../domain/notify/notice.js';
import { sharesIn, type Message, type MessageMember, type Share } from '../domain/notify/message.js';
import { acknowledgedText, bounded, common, proofText, shownSpan, timeText, type Telling } from './words.js';

/** Characters of a name in a title, and of all that are named together. */
const longestName = 200;
const longestOther = 80;
/** Models that are named in a title. */
const mostNamed = 3;

export const stateWords: Readonly<Record<Notice['what'], string>> = {
  unhealthy: 'unhealthy',
  degraded: 'degraded',
  unknown: 'unknown',
  maintenance: 'in maintenance',
  version: 'with another version',
  certificate: 'near the end of the certificate',
  key: 'with a refused key',
  budget: 'near the end of the token budget',
  objective: 'near the end of the error budget',
};

/** What several models have in common. */
const remarkWords: Readonly<Record<Remark, string>> = {
  version: 'another version answers',
  certificate: 'the certificate expires soon',
  key: 'an API key is refused',
  budget: 'the token budget is used up, or soon will be',
  objective: 'the error budget is used up, or soon will be',
};

const isAre = (count: number): string => (count === 1 ? 'is' : 'are');
const wasWere = (count: number): string => (count === 1 ? 'was' : 'were');

/** `gpt-4o`, `gpt-4o, mixtral and llama`, `334 models of openai`. */
function whichOf(share: Share, members: readonly MessageMember[]): string {
  const { count, provider } = share;
  // The list of members is bounded, and may lack some of these.
  if (count <= mostNamed && members.length === count) {
    const names = members.map(({ model }) => bounded(model, Math.floor(longestName / count)));
    return count === 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  }
  const models = count === 1 ? 'model' : 'models';
  return `${count} ${models}${provider === null ? '' : ` of ${bounded(provider, longestOther)}`}`;
}

const order: readonly Notice['what'][] = [...toldStates, ...remarks];

/** `2 unhealthy, 1 degraded`; with a word between number and state. */
function statesText({ states }: Share, word = ''): string {
  return order
    .filter((what) => (states[what] ?? 0) > 0)
    .map((what) => `${states[what] ?? 0} ${word}${stateWords[what]}`)
    .join(', ');
}

/** The state of all; null where they differ. */
function stateOf({ states }: Share): Notice['what'] | null {
  const present = order.filter((what) => (states[what] ?? 0) > 0);
  return present.length === 1 ? (present[0] ?? null) : null;
}

/** `gpt-4o is still unhealthy`, `3 models of openai: 2 still unhealthy, 1 still degraded`. */
function sentence(
  share: Share,
  members: readonly MessageMember[],
  { verb, word = '' }: { readonly verb: string; readonly word?: string },
): string {
  const which = whichOf(share, members);
  const state = stateOf(share);
  if (state === null) return `${which}: ${statesText(share, word)}`;
  return `${which} ${verb} ${word}${stateWords[state]}`;
}

function causeOf({ reason, blame }: Share): string {
  return reason === null ? '' : `: ${reason}${blame === null ? '' : ` (${blame})`}`;
}

function remarkTitle(share: Share, members: readonly MessageMember[], { timezone }: Telling): string {
  const which = whichOf(share, members);
  const state = stateOf(share);
  const [only] = members;
  const words = state !== null && isRemark(state) ? remarkWords[state] : statesText(share);
  if (share.began > 0 && share.began === share.count)
    return `${which}: ${words}, again and again: nothing more is told of it until this has settled`;
  if (share.count > 1 || only === undefined) return `${which}: ${words}${causeOf(share)}`;
  const { what, detail, reason, blame, since } = only;
  const said = bounded(detail ?? words, longestName);
  if (share.settled > 0) return `${which} has settled: ${said}`;
  if (what === 'version') return `${which}: ${words} since ${timeText(since, timezone)}: ${said}`;
  const fault = reason === null ? '' : `: ${reason}${blame === null ? '' : ` (${blame})`}`;
  return what === 'key'
    ? `${which}: ${said} since ${timeText(since, timezone)}${fault}`
    : `${which}: ${said}${blame === null ? '' : ` (${blame})`}`;
}

/** `2 no longer unhealthy, 1 removed from the registry`: whose model left, its state did not end. */
function overText(share: Share, saysMoved: boolean): string {
  const { count, gone, moved } = share;
  const left = count - gone - moved;
  const state = stateOf(share);
  const words = state === null ? 'so' : stateWords[state];
  const ended = left === count ? statesText(share, 'no longer ') : `${left} no longer ${words}`;
  return [
    ...(left > 0 ? [ended] : []),
    ...(gone > 0 ? [`${gone} removed from the registry`] : []),
    ...(moved > 0 && saysMoved ? [`${moved} renamed`] : []),
  ].join(', ');
}

function endTitle(share: Share, members: readonly MessageMember[], { timezone }: Telling): string {
  const { count, since, until, gone, moved, settled } = share;
  const [first] = members;
  if (gone === count) {
    const state = stateOf(share);
    const as = state === null ? ` (${statesText(share)})` : ` while ${stateWords[state]}`;
    return `${whichOf(share, members)} ${wasWere(count)} removed from the registry${as}`;
  }
  if (moved === 1 && count === 1 && first?.movedTo !== undefined)
    return `${whichOf(share, members)} was renamed to ${bounded(first.movedTo, longestOther)} while ${stateWords[first.what]}`;
  if (gone + moved > 0) return `${whichOf(share, members)}: ${overText(share, true)}`;
  const verb = settled > 0 ? `${count === 1 ? 'has' : 'have'} settled: ${isAre(count)}` : isAre(count);
  const lasted = count === 1 && until !== null ? ` after ${shownSpan(until - since)}` : '';
  const at = until === null ? '' : `, since ${timeText(until, timezone)}`;
  const proof = count === 1 && first !== undefined ? proofText(first) : '';
  return `${sentence(share, members, { verb, word: 'no longer ' })}${lasted}${at}${proof}`;
}

/** What lasts, with what ended beside it. */
function openTitle(message: Message, lasting: Share, over: Share | null, telling: Telling): string {
  const { kind, members } = message;
  const { timezone } = telling;
  const open = members.filter(({ what, ended }) => ended === null && !isRemark(what));
  // The list may lack some of them.
  const cared =
    message.more > 0 ? null : common(open.map((member) => acknowledgedText(member, telling, longestOther)));
  const since = ` since ${timeText(Math.min(message.at, lasting.since), timezone)}${causeOf(lasting)}`;
  if (kind === 'acknowledged') {
    const state = stateOf(lasting);
    const words = state === null ? statesText(lasting) : stateWords[state];
    return `${whichOf(lasting, open)} ${isAre(lasting.count)} ${cared ?? 'acknowledged'}: ${words}${since}`;
  }
  const isSettled = lasting.settled > 0;
  const verb = isSettled
    ? `${lasting.count === 1 ? 'has' : 'have'} settled: ${isAre(lasting.count)}`
    : isAre(lasting.count);
  const word = kind === 'reminder' ? 'still ' : '';
  const title = `${sentence(lasting, open, { verb, word })}${since}`;
  // A model that has another id now is among those that last.
  const others = over !== null && over.count > over.moved ? `; ${overText(over, false)}` : '';
  return title + others + (cared === null ? '' : `; ${cared}`);
}

/** One line: which, what, since when, whose fault. */
export function titleOf(message: Message, telling: Telling): string {
  const { kind, members } = message;
  if (kind === 'test') return 'Test message of modelpulse: this channel works';
  const { lasting, over, remarks: said } = sharesIn(message);
  const ended = members.filter(({ what, ended: end }) => end !== null && !isRemark(what));
  const remarked = members.filter(({ what }) => isRemark(what));
  if (lasting === null && over === null)
    return said === null ? 'Nothing to tell' : remarkTitle(said, remarked, telling);
  const also = said === null ? '' : `; ${said.count} ${said.count === 1 ? 'remark' : 'remarks'}`;
  const parts = [lasting, over].filter((share) => share !== null);
  const sum = (of: (share: Share) => number): number => parts.reduce((total, share) => total + of(share), 0);
  if (sum(({ began }) => began) > 0 && sum(({ began }) => began) === sum(({ news }) => news)) {
    const flapping = members.filter((member) => member.flapping === 'began' && !isRemark(member.what));
    const share = { ...(lasting ?? parts[0]), count: sum(({ began }) => began) } as Share;
    return `${whichOf(share, flapping)} ${isAre(share.count)} flapping${causeOf(share)}: nothing more is told until this has settled${also}`;
  }
  if (lasting !== null) return openTitle(message, lasting, over, telling) + also;
  if (over === null) return '';
  if (kind !== 'passed') return endTitle(over, ended, telling) + also;
  const until = over.until ?? message.at;
  const span = ` for ${shownSpan(until - over.since)}${causeOf(over)}, until ${timeText(until, telling.timezone)}`;
  return sentence(over, ended, { verb: wasWere(over.count) }) + span + also;
}
