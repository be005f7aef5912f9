import { dropAcknowledgement } from './acknowledging.js';
import { changed, takeNotices, type Moment } from './intake.js';
import { forget, wasTold, type ChannelMemory } from './memory.js';
import { stateOf, type Notice } from './notice.js';

/**
 * Begins what lasts of renamed models under their new ids. What was told under a former id is left to be ended: a receiver may
 * know it by that id. Changes the memory; true where there are such models.
 */
export function takeRenames(memory: ChannelMemory, moment: Moment): boolean {
  const { renamed, now } = moment;
  if (renamed === undefined) return false;
  const lasting: Notice[] = [];
  for (const group of Object.values(memory.byKey)) {
    for (const [key, member] of Object.entries(group.members)) {
      if (member.ended !== null) continue;
      const to = renamed(member.model);
      if (to === null) continue;
      if (member.flapping !== null) {
        // States that flap are those of the flapper, which ends.
        member.movedTo = to;
        continue;
      }
      lasting.push({ ...stateOf(member), kind: 'began', at: now });
      if (!wasTold(group, member)) forget(memory, group, key);
      else {
        member.ended = now;
        member.movedTo = to;
        dropAcknowledgement(member);
        changed(member, now);
      }
    }
  }
  for (const flapper of Object.values(memory.flapping)) {
    for (const notice of Object.values(flapper.open)) {
      if (renamed(notice.model) === null) continue;
      lasting.push(notice.kind === 'happened' ? notice : { ...notice, kind: 'began' });
    }
  }
  takeNotices(
    memory,
    lasting.map((notice) => ({ id: 0, notice })),
    moment,
  );
  return lasting.length > 0;
}
