import { isGone, takeNotices, type Moment } from './intake.js';
import type { ChannelMemory } from './memory.js';
import { isRemark, stateOf, type Notice } from './notice.js';
import { hasReturned } from './returned.js';

/** What is known of models apart from notices. */
export type Present = Pick<Moment, 'isKnown' | 'endOf' | 'lastingOf'>;

/** Ends that no notice told, such as those in a time without notifications. */
function* missedEnds(memory: ChannelMemory, { endOf }: Present): Generator<Notice> {
  if (endOf === undefined) return;
  for (const { members } of Object.values(memory.byKey)) {
    for (const member of Object.values(members)) {
      // What flaps is told by the states of the flapper.
      if (member.ended !== null || member.flapping !== null) continue;
      const end = endOf(member);
      if (end === null) continue;
      yield { ...stateOf(member), kind: 'ended', at: end, detail: null };
    }
  }
  for (const { open } of Object.values(memory.flapping)) {
    for (const notice of Object.values(open)) {
      if (isRemark(notice.what)) continue;
      const end = endOf(notice);
      if (end !== null) yield { ...notice, kind: 'ended', at: end, detail: null };
    }
  }
}

/** Ends what lasts in the memory and no longer of the models; changes the memory. True where there is such. */
export function endPassed(memory: ChannelMemory, moment: Moment): boolean {
  const ends = [...missedEnds(memory, moment)].map((notice) => ({ id: 0, notice }));
  takeNotices(memory, ends, moment);
  return ends.length > 0;
}

/** True while something is open in the memory that ended, or whose model is in the registry no longer under its id, and where one is back. */
export function isOutdated(memory: ChannelMemory, present: Present): boolean {
  const { isKnown } = present;
  const hasGone = Object.values(memory.byKey).some(
    ({ members }) =>
      isKnown !== undefined && Object.values(members).some((member) => isGone(member, isKnown)),
  );
  return hasGone || hasReturned(memory, present) || missedEnds(memory, present).next().done !== true;
}
