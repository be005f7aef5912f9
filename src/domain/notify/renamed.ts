import { changed, takeNotices, type Moment } from './intake.js';
import type { ChannelMemory, Member } from './memory.js';
import type { Notice } from './notice.js';

/** The notice that a state began, as a channel knows it. */
function beginOf(member: Member, at: number): Notice {
  const { model, provider, labels, what, since, reason, blame, detail, failures } = member;
  return { kind: 'began', model, provider, labels, what, since, at, reason, blame, detail, failures };
}

/**
 * Begins what lasts of renamed models under their new ids. What was told under a former id is left to be ended: a receiver may
 * know it by that id. Changes the memory.
 */
export function takeRenames(memory: ChannelMemory, moment: Moment): void {
  const { renamed, now } = moment;
  if (renamed === undefined) return;
  const lasting: Notice[] = [];
  for (const group of Object.values(memory.byKey)) {
    for (const [key, member] of Object.entries(group.members)) {
      // States that flap are those of the flapper.
      if (member.ended !== null || member.flapping !== null) continue;
      const to = renamed(member.model);
      if (to === null) continue;
      lasting.push(beginOf(member, now));
      if (member.told === 0 && group.flight?.told[key] === undefined)
        Reflect.deleteProperty(group.members, key);
      else {
        member.ended = now;
        member.movedTo = to;
        changed(member, now);
      }
    }
    if (Object.keys(group.members).length === 0) Reflect.deleteProperty(memory.byKey, group.key);
  }
  for (const flapper of Object.values(memory.flapping))
    for (const notice of Object.values(flapper.open))
      if (renamed(notice.model) !== null) lasting.push({ ...notice, kind: 'began' });
  takeNotices(
    memory,
    lasting.map((notice) => ({ id: 0, notice })),
    moment,
  );
}
