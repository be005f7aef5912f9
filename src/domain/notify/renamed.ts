import { changed, takeNotices, type Moment } from './intake.js';
import type { ChannelMemory } from './memory.js';
import { stateOf, type Notice } from './notice.js';

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
      lasting.push({ ...stateOf(member), kind: 'began', at: now });
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
