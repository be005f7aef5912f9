import type { Message, MessageMember } from '../../src/domain/notify/message.js';
import type { ChannelContext } from '../../src/notify/request.js';

export const at = Date.UTC(2026, 10, 30, 14, 3);

export const context: ChannelContext = {
  timezone: 'Europe/Berlin',
  now: at,
  publicUrl: 'https://pulse.example.com',
  linkTo: (model) => `https://pulse.example.com/models/${encodeURIComponent(model)}`,
};

export function member(changes: Partial<MessageMember> = {}): MessageMember {
  return {
    ...{
      model: 'gpt-4o',
      provider: 'openai',
      labels: { tier: 'gold' },
      what: 'unhealthy',
      since: at - 60_000,
    },
    ...{ ended: null, reason: 'timeout', blame: 'provider', detail: 'no first byte after 30 s', failures: 2 },
    ...{ times: 1, flapping: null, isNews: true },
    ...changes,
  };
}

export function message(changes: Partial<Message> = {}): Message {
  const { members = [member()] } = changes;
  const open = members.filter(({ ended }) => ended === null).length;
  return {
    ...{ id: 'seed-1', thread: 'seed-g1', channel: 'team', kind: 'problem', at, since: at - 60_000 },
    group: { provider: 'openai', blame: 'provider', reason: 'timeout' },
    ...{ open, ended: members.length - open, members, more: 0, heldBack: {} },
    ...changes,
  };
}

/** Text that is markup, a mention or an entity somewhere. */
export const hostile =
  '<!channel> @everyone <b>&amp; *_~`|[x](http://e.vil)\u202e\n# </b> <https://e.vil|click> ${x}';

/** As much as a message can have, all of it hostile. */
export const worst = message({
  members: Array.from({ length: 50 }, (_, index) =>
    member({
      model: `${hostile}${index}`.repeat(4),
      provider: hostile,
      detail: hostile.repeat(20),
      labels: { [`l${index}`]: hostile },
    }),
  ),
  more: 950,
  heldBack: { flapping: 12, quiet: 3 },
});
