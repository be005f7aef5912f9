import {
  sharesOf,
  type Message,
  type MessageKind,
  type MessageMember,
  type Share,
  type Shares,
} from './message.js';

const problems: readonly MessageKind[] = ['problem', 'update', 'reminder'];

/** A message to send again at `now`, with what has ended since; `endOf` says when, null for what lasts. */
export function replayed(
  message: Message,
  endOf: (member: MessageMember) => number | null,
  now: number,
): Message {
  const members = message.members.map((member) => {
    if (member.ended !== null) return member;
    const end = endOf(member);
    return end === null ? member : { ...member, ended: Math.max(end, member.since) };
  });
  const ended = members.filter((member, index) => member.ended !== message.members[index]?.ended).length;
  const isOver = members.every((member) => member.ended !== null);
  const open = isOver ? 0 : Math.max(0, message.open - ended);
  const counted = { open, ended: message.open + message.ended - open };
  const { kind } = message;
  const isProblem = problems.includes(kind);
  const told = isProblem && isOver ? 'passed' : isProblem && ended > 0 ? 'update' : kind;
  const again: Message = { ...message, ...counted, members, kind: told, againAt: now };
  return ended === 0 ? again : { ...again, shares: sharesAgain(message, members) };
}

/** The sum of two shares, or with `sign` -1 what is left of the first without the second; null for none. */
function combined(one: Share | null, other: Share | null, sign: 1 | -1): Share | null {
  if (one === null || other === null) return one ?? other;
  const count = one.count + sign * other.count;
  if (count <= 0) return null;
  const sum = (of: (share: Share) => number): number => of(one) + sign * of(other);
  const states = { ...one.states };
  for (const [what, more] of Object.entries(other.states) as [MessageMember['what'], number][])
    states[what] = (states[what] ?? 0) + sign * more;
  const isSum = sign === 1;
  return {
    ...{ count, states },
    provider: isSum && one.provider !== other.provider ? null : one.provider,
    reason: isSum && one.reason !== other.reason ? null : one.reason,
    blame: isSum && one.blame !== other.blame ? null : one.blame,
    since: isSum ? Math.min(one.since, other.since) : one.since,
    until: isSum ? Math.max(one.until ?? 0, other.until ?? 0) : one.until,
    ...{ gone: sum(({ gone }) => gone), moved: sum(({ moved }) => moved), news: sum(({ news }) => news) },
    ...{ began: sum(({ began }) => began), settled: sum(({ settled }) => settled) },
  };
}

/** Counts anew what has ended since; those that are not listed last, unless no listed one does. */
function sharesAgain({ shares, members: before, more }: Message, members: readonly MessageMember[]) {
  const counted = (which: readonly MessageMember[]): Shares =>
    sharesOf(
      which.filter(({ isNews }) => isNews),
      which.filter(({ isNews }) => !isNews),
    );
  if (shares === undefined || more === 0) return counted(members);
  const { over } = counted(members.filter(({ ended }, index) => ended !== before[index]?.ended));
  const lasting = combined(shares.lasting, over, -1);
  const all = { ...shares, lasting, over: combined(shares.over, over, 1) };
  if (lasting === null || members.some(({ ended }) => ended === null)) return all;
  const rest = { ...lasting, until: over?.until ?? null };
  return { ...shares, lasting: null, over: combined(all.over, rest, 1) };
}
