import type { Message } from '../../domain/notify/message.js';
import type { ToldMessage } from '../../page/incident-told.js';
import type { StoredMessage } from '../../store/outbox-port.js';
import type { StoredIncident } from '../../store/port.js';
import type { Backend } from '../port.js';

/** Messages that are read for the beginning of an incident and for its end, and those that are shown. */
const mostRead = 50;
const mostShown = 50;

/** The channels that were told of an incident, or will be, oldest first. Messages that list only other models of their group are not found. */
export async function toldTo(
  { notifications }: Backend,
  { model, openedAt, closedAt }: StoredIncident,
): Promise<ToldMessage[]> {
  const from = [openedAt, ...(closedAt === null ? [] : [closedAt])];
  const found = new Map<string, StoredMessage>();
  for (const at of from) {
    const about = { model, from: at };
    for (const one of await notifications.list({ about, oldestFirst: true, limit: mostRead }))
      found.set(one.id, one);
  }
  return [...found.values()]
    .flatMap(({ channel, state, createdAt, endedAt, attempts, body }): ToldMessage[] => {
      // Written by this program alone.
      const { kind: what, members } = body as Message;
      const isAbout = members.some(
        (member) => member.model === model && member.what === 'unhealthy' && member.since === openedAt,
      );
      const kind = notifications.kindOf(channel);
      return isAbout ? [{ channel, kind, state, at: endedAt ?? createdAt, attempts, what }] : [];
    })
    .sort((one, other) => one.at - other.at)
    .slice(0, mostShown);
}
