import type { Acknowledgement } from '../incident.js';
import { keyOf, limitedAs, wasTold, type ChannelMemory, type Group, type Member } from './memory.js';
import type { Looks } from './looks.js';
import type { Notice } from './notice.js';
import type { Policy } from './policy.js';

/** By which rule and when (Unix ms) acknowledgements are taken. */
interface Moment {
  readonly policy: Pick<Policy, 'acknowledged'>;
  readonly now: number;
}

/** True for what is told of an acknowledgement and is no change of the state itself. */
export const hasAckNews = ({ ackNews, flapping, ended }: Member): boolean =>
  ackNews !== undefined && flapping === null && ended === null;

/** Forgets the acknowledgement of a state that ended or is another one now. */
export function dropAcknowledgement(member: Member): void {
  delete member.acknowledged;
  delete member.ackNews;
}

function setNews(
  group: Group,
  member: Member,
  { what, of, now }: Pick<NonNullable<Member['ackNews']>, 'what' | 'of'> & { readonly now: number },
): void {
  const inFlight = group.flight?.told[keyOf(member)]?.ack ?? 0;
  const version = Math.max(inFlight, member.ackNews?.version ?? 0) + 1;
  member.ackNews = { what, of, version, newsAt: now };
  member.held = false;
}

function takeBack(group: Group, member: Member, by: Acknowledgement, { policy, now }: Moment): void {
  if (member.acknowledged === undefined) return;
  delete member.acknowledged;
  const told = group.flight?.told[keyOf(member)]?.ack ?? 0;
  // Nobody was told of it.
  if (member.ackNews !== undefined && member.ackNews.version > told) delete member.ackNews;
  else if (policy.acknowledged && wasTold(group, member))
    setNews(group, member, { what: 'taken_back', of: by, now });
}

function unacknowledged(notice: Notice): Notice {
  const bare: { -readonly [Name in keyof Notice]: Notice[Name] } = { ...notice };
  delete bare.acknowledged;
  return bare;
}

/** Takes what somebody did to the acknowledgement of an incident; `home` is where the channel has it. Changes the memory. */
export function takeAcknowledgement(
  memory: ChannelMemory,
  home: { readonly group: Group; readonly member: Member } | null,
  notice: Notice,
  moment: Moment,
): void {
  const { acknowledged } = notice;
  if (acknowledged === undefined) return;
  const isTakenBack = notice.kind === 'taken_back';
  const open = memory.flapping[limitedAs(notice)]?.open ?? {};
  const flapping = open[notice.what];
  if (flapping !== undefined)
    open[notice.what] = isTakenBack ? unacknowledged(flapping) : { ...flapping, acknowledged };
  if (home?.member.ended !== null) return;
  const { group, member } = home;
  if (isTakenBack) {
    takeBack(group, member, acknowledged, moment);
    return;
  }
  member.acknowledged = acknowledged;
  delete member.ackNews;
  // The first message of what was never told has it too.
  if (moment.policy.acknowledged && wasTold(group, member))
    setNews(group, member, { what: 'acknowledged', of: acknowledged, now: moment.now });
}

function isSnoozeOver(acknowledged: Acknowledgement, now: number, looks: Looks): boolean {
  const { until } = acknowledged;
  if (until === null) return false;
  if (until > now) looks.at(until);
  else looks.changed();
  return until <= now;
}

/** Ends the snooze of a member whose time is over: what is still open is told again. Changes the memory. */
export function endSnooze(group: Group, member: Member, now: number, looks: Looks): void {
  const { acknowledged } = member;
  if (acknowledged === undefined || !isSnoozeOver(acknowledged, now, looks)) return;
  delete member.acknowledged;
  const isOpen = member.ended === null && member.flapping === null;
  if (isOpen && wasTold(group, member))
    setNews(group, member, { what: 'snooze_ended', of: acknowledged, now });
}

/** The same for models that flap. */
export function endSnoozesOfFlappers({ flapping }: ChannelMemory, now: number, looks: Looks): void {
  for (const { open } of Object.values(flapping)) {
    for (const [what, notice] of Object.entries(open)) {
      const { acknowledged } = notice;
      if (acknowledged !== undefined && isSnoozeOver(acknowledged, now, looks))
        open[what] = unacknowledged(notice);
    }
  }
}
