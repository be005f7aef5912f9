import { nameOf, type ChannelMemory, type Group, type Member } from './memory.js';
import type { Notice, StoredNotice } from './notice.js';
import { groupOf, matchOf, type Match, type Policy } from './policy.js';

/** For whom, by which rules and when (Unix ms) a plan is made. */
export interface Moment {
  readonly channel: string;
  readonly policy: Policy;
  readonly now: number;
}

/** Counts changes that are not told now. */
export function holdBack(memory: ChannelMemory, cause: string, count = 1): void {
  memory.heldBack[cause] = (memory.heldBack[cause] ?? 0) + count;
}

export const keyOf = ({ model, what }: Pick<Notice, 'model' | 'what'>): string => `${model} ${what}`;

/** The group in which this state of the model is, whatever its key is now. */
function homeOf(memory: ChannelMemory, notice: Notice): { group: Group; member: Member } | null {
  const key = keyOf(notice);
  for (const group of Object.values(memory.byKey)) {
    const member = group.members[key];
    if (member !== undefined) return { group, member };
  }
  return null;
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
): void {
  const isRemark = notice.kind === 'happened';
  const values = groupOf(policy, notice);
  const kind = isRemark ? notice.what : notice.what === 'maintenance' ? 'maintenance' : 'state';
  const group = openGroup(memory, JSON.stringify([kind, values]), values, notice.since);
  if (repeatMs !== null) group.repeatMs = Math.min(group.repeatMs ?? Infinity, repeatMs);
  const { model, provider, labels, what, since, reason, blame, detail, failures } = notice;
  const afterMs = what === 'version' || what === 'certificate' ? 0 : (policy.afterMs[what] ?? 0);
  const known = group.members[keyOf(notice)];
  group.members[keyOf(notice)] = {
    ...{ model, provider, labels, what, since, reason, blame, detail, failures },
    ended: isRemark ? notice.at : null,
    version: (known?.version ?? 0) + 1,
    told: known?.told ?? 0,
    times: (known?.times ?? 0) + 1,
    newsAt: known?.newsAt ?? Math.max(now, since + afterMs),
    dueAt: since + afterMs,
    flapping: null,
    held: false,
  };
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
  notice: Notice,
  channel: string,
  policy: Policy,
  now: number,
): void {
  const flapper = memory.flapping[nameOf(notice.model)];
  if (flapper !== undefined && notice.kind !== 'happened') {
    if (notice.kind === 'ended') Reflect.deleteProperty(flapper.open, notice.what);
    else flapper.open[notice.what] = notice;
    if (notice.kind !== 'changed') flapper.lastAt = Math.max(flapper.lastAt, notice.at);
    holdBack(memory, 'flapping');
    return;
  }
  const home = homeOf(memory, notice);
  if (home !== null && notice.kind !== 'happened') {
    follow(memory, home, notice, now);
    return;
  }
  if (notice.kind === 'ended' || !isTold(notice, policy)) return;
  const match = matchOf(policy, notice, channel);
  if (match !== null) enter(memory, notice, match, policy, now);
}

/** Takes notices into the memory of a channel, in their order; changes the memory. */
export function takeNotices(
  memory: ChannelMemory,
  notices: readonly StoredNotice[],
  { channel, policy, now }: Moment,
): void {
  for (const { notice } of notices) takeNotice(memory, notice, channel, policy, now);
}

/** Ends the states of models that are in the registry no longer. */
export function endGone(memory: ChannelMemory, isKnown: (model: string) => boolean, now: number): void {
  for (const [name, { group, member }] of Object.entries(memory.flapping)) {
    const one = memory.byKey[group]?.members[member];
    if (one === undefined || isKnown(one.model)) continue;
    one.flapping = null;
    Reflect.deleteProperty(memory.flapping, name);
  }
  for (const group of Object.values(memory.byKey)) {
    for (const member of Object.values(group.members)) {
      if (member.ended !== null || isKnown(member.model)) continue;
      member.ended = now;
      member.detail = 'the model was removed from the registry';
      changed(member, now);
    }
  }
}
