import type { Acknowledgement } from '../../../src/domain/incident.js';
import type { Message } from '../../../src/domain/notify/message.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import type { Policy } from '../../../src/domain/notify/policy.js';
import { simulate } from '../../../src/domain/notify/simulate.js';
import { told } from '../../../src/notify/text.js';
import { hour, inOrder, policyOf, spell, start } from './notices.js';

const day = 24 * hour;

/** Reminders each hour. */
export function repeating(changes: Partial<Policy> = {}): Policy {
  const policy = policyOf(changes);
  return { ...policy, routes: policy.routes.map((route) => ({ ...route, repeatMs: hour })) };
}

interface Said {
  readonly by?: string;
  readonly until?: number;
  readonly note?: string;
}

/** What somebody does to the acknowledgement of a model that is down since the start; times are ms after that. */
export function care(
  kind: 'acknowledged' | 'taken_back',
  model: string,
  at: number,
  { by = 'Ann', until, note }: Said = {},
): Notice {
  const acknowledged: Acknowledgement = {
    ...{ at: start + at, by, note: note ?? null },
    until: until === undefined ? null : start + until,
  };
  return { ...spell(model, 0, null)[0]!, kind, at: start + at, acknowledged };
}

/** Messages of a day. */
export const told24h = (
  notices: readonly Notice[],
  policy = repeating(),
  until = start + day,
): readonly Message[] => simulate(inOrder(notices), { channel: 'team', policy, until }).messages;
export const kinds = (messages: readonly Message[]): string[] => messages.map(({ kind }) => kind);
export const telling = { timezone: 'UTC', linkTo: () => null };
export const titles = (messages: readonly Message[]): string[] =>
  messages.map((message) => told(message, telling).title);
