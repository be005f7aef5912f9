import { nameOf, type ChannelMemory, type Group, type Member } from './memory.js';
import { stateOf, type Notice, type StateAt, type StoredNotice } from './notice.js';
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
  /** Unix ms at which a state ended that was noticed; null while it lasts, and where that is not known. */
  readonly endOf?: (state: StateAt) => number | null;
}

/** Counts changes that are not told now. */
export function holdBack(memory: ChannelMemory, cause: string, count = 1): void {
  memory.heldBack[cause] = (memory.heldBack[cause] ?? 0) + count;
}

export const keyOf = ({ model, what }: Pick<Notice, 'model' | 'what'>): string => `${model} ${what}`;

/** Groups by the keys of their members: an index, since there may be as many groups as models. */
type Homes = Map<string, Group>;

function homesIn(memory: ChannelMemory): Homes {
  const homes: Homes = new Map();
  for (const group of Object.values(memory.byKey))
    for (const key of Object.keys(group.members)) homes.set(key, group);
  return homes;
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
  const isRemark = notice.kind === 'happened';
  const values = groupOf(policy, notice);
  const kind = isRemark ? notice.what : notice.what === 'maintenance' ? 'maintenance' : 'state';
  const group = openGroup(memory, JSON.stringify([kind, values]), values, notice.since);
  if (repeatMs !== null) group.repeatMs = Math.min(group.repeatMs ?? Infinity, repeatMs);
  const { what, since } = notice;
  const afterMs = what === 'version' || what === 'certificate' ? 0 : (policy.afterMs[what] ?? 0);
  const known = group.members[keyOf(notice)];
  group.members[keyOf(notice)] = {
    ...stateOf(notice),
    at: notice.at,
    ended: isRemark ? notice.at : null,
    version: (known?.version ?? 0) + 1,
    told: known?.told ?? 0,
    times: (known?.times ?? 0) + 1,
    newsAt: known?.newsAt ?? Math.max(now, since + afterMs),
    dueAt: since + afterMs,
    flapping: null,
    held: false,
  };
  return group;
}

/** Applies what follows on a state that is known to the channel. */
function follow(
  memory: ChannelMemory,
  home: { group: Group; member: Member },
  notice: Notice,
  now: number,
): void {
  const { group, member } = home;
  if (notice.kind === 'ended') {
    if (member.ended !== null) return;
    if (member.told === 0 && notice.at < member.dueAt && group.flight?.told[keyOf(notice)] === undefined) {
      // It ended before it lasted long enough to be told.
      Reflect.deleteProperty(group.members, keyOf(notice));
      if (Object.keys(group.members).length === 0) Reflect.deleteProperty(memory.byKey, group.key);
      return;
    }
    member.ended = notice.at;
    member.failures = notice.failures ?? member.failures;
    changed(member, now);
    return;
  }
  const again = member.ended !== null;
  member.ended = null;
  member.at = notice.at;
  delete member.gone;
  delete member.movedTo;
  if (again) {
    member.since = notice.since;
    member.times += 1;
  }
  member.reason = notice.reason;
  member.blame = notice.blame;
  member.detail = notice.detail;
  member.failures = notice.failures;
  changed(member, now);
}

function isTold({ what }: Notice, policy: Policy): boolean {
  if (what === 'version') return policy.version;
  return what === 'certificate' ? policy.certificateMs !== null : policy.afterMs[what] !== null;
}

/** Takes one notice into the memory of a channel. */
function takeNotice(
  memory: ChannelMemory,
  homes: Homes,
  notice: Notice,
  { channel, policy, now }: Moment,
): void {
  const name = nameOf(notice.model);
  const flapper = memory.flapping[name];
  if (flapper !== undefined && notice.kind !== 'happened') {
    if (notice.kind === 'ended') Reflect.deleteProperty(flapper.open, notice.what);
    else flapper.open[notice.what] = notice;
    if (notice.kind !== 'changed') flapper.lastAt = Math.max(flapper.lastAt, notice.at);
    holdBack(memory, 'flapping');
    return;
  }
  const home = homeOf(homes, notice);
  if (home !== null && notice.kind !== 'happened') {
    follow(memory, home, notice, now);
    return;
  }
  if (notice.kind === 'ended' || !isTold(notice, policy)) return;
  const match = matchOf(policy, notice, channel);
  if (match === null) return;
  if (notice.kind === 'happened' && (memory.sentOf[name]?.length ?? 0) >= policy.perModel.count) {
    // A remark has no end at which it could settle.
    holdBack(memory, 'flapping');
    return;
  }
  homes.set(keyOf(notice), enter(memory, notice, match, policy, now));
}

/** Takes notices into the memory of a channel, in their order; changes the memory. */
export function takeNotices(memory: ChannelMemory, notices: readonly StoredNotice[], moment: Moment): void {
  if (notices.length === 0) return;
  const homes = homesIn(memory);
  for (const { notice } of notices) {
    // It may be read after the rename, which it does not know of.
    const model = moment.renamed?.(notice.model) ?? notice.model;
    takeNotice(memory, homes, { ...notice, model }, moment);
  }
}

export const isGone = (member: Member, isKnown: (model: string) => boolean): boolean =>
  (member.ended === null || member.flapping !== null) && !isKnown(member.model);

/** Ends the states of models that are in the registry no longer, also of those that flap. */
export function endGone(memory: ChannelMemory, isKnown: (model: string) => boolean, now: number): void {
  for (const group of Object.values(memory.byKey)) {
    for (const [key, member] of Object.entries(group.members)) {
      if (!isGone(member, isKnown)) continue;
      const name = nameOf(member.model);
      Reflect.deleteProperty(memory.flapping, name);
      // Its end is told once, so that there is nothing to limit.
      Reflect.deleteProperty(memory.sentOf, name);
      const isTold = member.told > 0 || group.flight?.told[key] !== undefined;
      if (member.flapping === 'quiet' && !isTold) {
        Reflect.deleteProperty(group.members, key);
        continue;
      }
      member.flapping = null;
      if (member.ended === null) member.gone = true;
      member.ended ??= now;
      changed(member, now);
    }
    if (Object.keys(group.members).length === 0) Reflect.deleteProperty(memory.byKey, group.key);
  }
}
