import { dropAcknowledgement, takeAcknowledgement } from './acknowledging.js';
import { forget, keyOf, limitedAs, wasTold, type ChannelMemory, type Group, type Member } from './memory.js';
import { isRemark, stateOf, type Notice, type StateAt, type StoredNotice } from './notice.js';
import { groupOf, matchOf, type Match, type Policy } from './policy.js';

/** For whom, by which rules and when (Unix ms) a plan is made. */
export interface Moment {
  readonly channel: string;
  readonly policy: Policy;
  readonly now: number;
  /** False for models that the registry has no longer; all are known unless set. */
  readonly isKnown?: (model: string) => boolean;
  /** The id that a model has now which the registry had under this one; null where it was not renamed. */
  readonly renamed?: (model: string) => string | null;
  /** False where the memory was found to be as the models are; compared unless set. */
  readonly compares?: boolean;
  /** Unix ms at which a state ended that was noticed; null while it lasts, and where that is not known. */
  readonly endOf?: (state: StateAt) => number | null;
  /**
   * What lasts of a model that has results since `since` (Unix ms), as the notices of its beginning; null for one without, and while it
   * is paused or in maintenance.
   */
  readonly lastingOf?: (model: string, since: number) => readonly Notice[] | null;
  /** True for models that are paused or in maintenance: nothing of them is repeated. */
  readonly isResting?: (model: string) => boolean;
}

/** Counts changes that are not told now. */
export function holdBack(memory: ChannelMemory, cause: string, count = 1): void {
  memory.heldBack[cause] = (memory.heldBack[cause] ?? 0) + count;
}

/** Groups by the keys of their members. */
interface Homes {
  get(key: string): Group | undefined;
  set(key: string, group: Group): void;
}

/** Groups of members: by an index for many notices, since there may be as many groups as models, and without for few. */
function homesIn(memory: ChannelMemory, notices: number): Homes {
  const groups = Object.values(memory.byKey);
  const homes = new Map<string, Group>();
  if (notices * groups.length > 10_000) {
    for (const group of groups) for (const key in group.members) homes.set(key, group);
    return homes;
  }
  return {
    get: (key) => homes.get(key) ?? groups.find(({ members }) => members[key] !== undefined),
    set: (key, group) => homes.set(key, group),
  };
}

/** The group in which this state of the model is, whatever its key is now. */
function homeOf(homes: Homes, notice: Notice): { group: Group; member: Member } | null {
  const key = keyOf(notice);
  const group = homes.get(key);
  const member = group?.members[key];
  return group === undefined || member === undefined ? null : { group, member };
}

function openGroup(memory: ChannelMemory, key: string, values: Record<string, string>, at: number): Group {
  const known = memory.byKey[key];
  if (known !== undefined) return known;
  memory.groups += 1;
  const thread = `${memory.seed}-g${memory.groups}`;
  const group = {
    key,
    thread,
    values,
    since: at,
    members: {},
    lastAt: null,
    repeatMs: null,
    flight: null,
  };
  memory.byKey[key] = group;
  return group;
}

/** Marks a member as changed at `now`. */
export function changed(member: Member, now: number): void {
  member.version += 1;
  member.newsAt ??= now;
  member.held = false;
}

function enter(
  memory: ChannelMemory,
  notice: Notice,
  { repeatMs }: Match,
  policy: Policy,
  now: number,
): Group {
  const isPassing = notice.kind === 'happened';
  const values = groupOf(policy, notice);
  const kind = isPassing ? notice.what : notice.what === 'maintenance' ? 'maintenance' : 'state';
  const group = openGroup(memory, JSON.stringify([kind, values]), values, notice.since);
  if (repeatMs !== null) group.repeatMs = Math.min(group.repeatMs ?? Infinity, repeatMs);
  const { what, since } = notice;
  const afterMs = isRemark(what) ? 0 : (policy.afterMs[what] ?? 0);
  // Recorded time may be ahead of a clock that was set back.
  const dueAt = since + afterMs - Math.max(0, notice.at - now);
  const known = group.members[keyOf(notice)];
  group.members[keyOf(notice)] = {
    ...stateOf(notice),
    at: notice.at,
    ended: isPassing ? notice.at : null,
    version: (known?.version ?? 0) + 1,
    told: known?.told ?? 0,
    times: (known?.times ?? 0) + 1,
    newsAt: known?.newsAt ?? Math.max(now, dueAt),
    dueAt,
    flapping: null,
    held: false,
  };
  return group;
}

/** Ends a state that is known to the channel. */
function end(
  memory: ChannelMemory,
  { group, member }: { group: Group; member: Member },
  notice: Notice,
  { policy, now }: Moment,
): void {
  if (member.ended !== null) return;
  const isSaid = wasTold(group, member);
  if (!isSaid && Math.min(notice.at, now) < member.dueAt) {
    // It ended before it lasted long enough to be told.
    forget(memory, group, keyOf(member));
    return;
  }
  member.ended = notice.at;
  if (notice.confirmedBy !== undefined) member.confirmedBy = notice.confirmedBy;
  member.failures = notice.failures ?? member.failures;
  dropAcknowledgement(member);
  if (policy.ends || !isSaid) changed(member, now);
  else if (member.told >= member.version) forget(memory, group, keyOf(member));
}

/** Applies what follows on a state that is known to the channel. */
function follow(
  memory: ChannelMemory,
  home: { group: Group; member: Member },
  notice: Notice,
  moment: Moment,
): void {
  const { group, member } = home;
  if (notice.kind === 'ended') {
    end(memory, home, notice, moment);
    return;
  }
  const again = member.ended !== null;
  // A new channel knows what lasts from the models themselves, and reads afterwards what was noticed of it just then.
  if (!again && notice.since === member.since && notice.at <= member.at) return;
  member.ended = null;
  member.at = notice.at;
  delete member.confirmedBy;
  delete member.gone;
  delete member.movedTo;
  if (again) {
    member.since = notice.since;
    member.times += 1;
    dropAcknowledgement(member);
  }
  if (notice.acknowledged !== undefined) member.acknowledged = notice.acknowledged;
  member.reason = notice.reason;
  member.blame = notice.blame;
  member.detail = notice.detail;
  member.failures = notice.failures;
  if (moment.policy.changes || again || !wasTold(group, member)) changed(member, moment.now);
}

function isTold({ what }: Notice, policy: Policy): boolean {
  if (what === 'certificate') return policy.certificateMs !== null;
  return isRemark(what) ? policy[what] : policy.afterMs[what] !== null;
}

/** Takes one notice into the memory of a channel. */
function takeNotice(memory: ChannelMemory, homes: Homes, notice: Notice, moment: Moment): void {
  const { channel, policy, now } = moment;
  if (notice.kind === 'acknowledged' || notice.kind === 'taken_back') {
    takeAcknowledgement(memory, homeOf(homes, notice), notice, moment);
    return;
  }
  const flapper = memory.flapping[limitedAs(notice)];
  if (flapper !== undefined) {
    if (notice.kind === 'ended') {
      Reflect.deleteProperty(flapper.open, notice.what);
      flapper.endedAt = { ...flapper.endedAt, [notice.what]: notice.at };
    } else {
      const acknowledged = notice.kind === 'changed' ? flapper.open[notice.what]?.acknowledged : undefined;
      flapper.open[notice.what] = acknowledged === undefined ? notice : { ...notice, acknowledged };
    }
    if (notice.kind !== 'changed') flapper.lastAt = Math.max(flapper.lastAt, Math.min(notice.at, now));
    holdBack(memory, 'flapping');
    return;
  }
  const home = homeOf(homes, notice);
  if (home !== null && notice.kind !== 'happened') {
    follow(memory, home, notice, moment);
    return;
  }
  if (notice.kind === 'ended' || !isTold(notice, policy)) return;
  const match = matchOf(policy, notice, channel);
  if (match === null) return;
  homes.set(keyOf(notice), enter(memory, notice, match, policy, now));
}

/** Takes notices into the memory of a channel, in their order; changes the memory. */
export function takeNotices(memory: ChannelMemory, notices: readonly StoredNotice[], moment: Moment): void {
  if (notices.length === 0) return;
  const homes = homesIn(memory, notices.length);
  for (const { notice } of notices) {
    // It may be read after the rename, which it does not know of.
    const model = moment.renamed?.(notice.model) ?? notice.model;
    takeNotice(memory, homes, { ...notice, model }, moment);
  }
}

export const isGone = (member: Member, isKnown: (model: string) => boolean): boolean =>
  (member.ended === null || member.flapping !== null) && !isKnown(member.model);

/**
 * Ends the states of models that are in the registry no longer, also of those that flap; changes the memory. True where there are
 * such models.
 */
export function endGone(memory: ChannelMemory, isKnown: (model: string) => boolean, now: number): boolean {
  let isChanged = false;
  for (const group of Object.values(memory.byKey)) {
    for (const [key, member] of Object.entries(group.members)) {
      if (!isGone(member, isKnown)) continue;
      isChanged = true;
      if (member.movedTo === undefined && !isRemark(member.what)) (memory.left ??= {})[member.model] = now;
      const name = limitedAs(member);
      Reflect.deleteProperty(memory.flapping, name);
      // Its end is told once, so that there is nothing to limit.
      Reflect.deleteProperty(memory.sentOf, name);
      const isSaid = isRemark(member.what) || !wasTold(group, member);
      if (member.flapping === 'quiet' && isSaid) {
        forget(memory, group, key);
        continue;
      }
      member.flapping = null;
      if (member.ended === null && member.movedTo === undefined) member.gone = true;
      member.ended ??= now;
      dropAcknowledgement(member);
      changed(member, now);
    }
  }
  return isChanged;
}
