import { describe, expect, it } from '@jest/globals';
import type { Message } from '../../../src/domain/notify/message.js';
import type { Notice } from '../../../src/domain/notify/notice.js';
import { simulate } from '../../../src/domain/notify/simulate.js';
import { told } from '../../../src/notify/text.js';
import { createChannel } from './channel.js';
import { hour, inOrder, minute, policyOf, second, spell, start } from './notices.js';

const day = 24 * hour;
const sent = (notices: readonly Notice[], until = start + 2 * day) =>
  simulate(inOrder(notices), { channel: 'team', policy: policyOf(), until });
const titles = (messages: readonly Message[]): string[] =>
  messages.map((message) => told(message, { timezone: 'UTC', linkTo: () => null }).title);

/** Down for a part of each period, for a day. */
const rhythm = (period: number, down: number, options: Parameters<typeof spell>[3] = {}): Notice[] =>
  Array.from({ length: Math.floor(day / period) }, (_, index) => index * period).flatMap((from) =>
    spell('m', from, from + down, options),
  );

describe('a rhythmic flapper', () => {
  it.each([
    ['down 1 min of 3', 3 * minute, minute],
    ['down 2 min of 3', 3 * minute, 2 * minute],
    ['down 30 s of each minute', minute, 30 * second],
    ['down 1 min of 10', 10 * minute, minute],
    ['down 9 min of 15', 15 * minute, 9 * minute],
  ])(
    'that is %s for a day gets at most 6 messages, and is told once that it flaps and that it has settled',
    (_, period, down) => {
      const { messages } = sent(rhythm(period, down));
      expect(messages.length).toBeLessThanOrEqual(6 + 2);
      const said = messages.flatMap(({ members }) => members.flatMap(({ flapping }) => flapping ?? []));
      expect(said).toEqual(['began', 'settled']);
      expect(titles(messages).at(-1)).toMatch(/^m has settled: is no longer unhealthy /);
    },
  );

  it('whose cause changes each time gets no more', () => {
    const reasons = ['timeout', 'server_error', 'overloaded', 'auth_failed'] as const;
    const all = Array.from({ length: 480 }, (_, index) =>
      spell('m', index * 3 * minute, index * 3 * minute + minute, { reason: reasons[index % 4]! }),
    ).flat();
    expect(sent(all).messages.length).toBeLessThanOrEqual(6 + 2);
  });
});

const remark = (at: number, detail: string, what: 'version' | 'key' = 'version'): Notice => ({
  ...{
    kind: 'happened',
    what,
    model: 'm',
    provider: 'openai',
    labels: {},
    since: start + at,
    at: start + at,
  },
  ...{ reason: null, blame: null, detail, failures: null },
});

describe('a version that changes with each check for a day', () => {
  const changes = Array.from({ length: 24 * 60 }, (_, index) =>
    remark(index * minute, `version ${index % 3}`),
  );

  it('gets at most 6 messages, and is told once that it flaps and that it has settled, as what', () => {
    const { messages, heldBack } = sent(changes);
    expect(messages.length).toBeLessThanOrEqual(6 + 2);
    expect(titles(messages).slice(-2)).toEqual([
      'm: another version answers, again and again: nothing more is told of it until this has settled',
      'm has settled: version 2',
    ]);
    expect(heldBack.flapping).toBeGreaterThan(1_400);
  });

  it('hides neither an incident of the model nor another remark', () => {
    const { messages } = sent([
      ...changes,
      ...spell('m', 12 * hour, 13 * hour),
      remark(14 * hour, 'key 1', 'key'),
    ]);
    expect(titles(messages).filter((title) => title.includes('unhealthy'))).toHaveLength(2);
    expect(titles(messages)).toContainEqual(expect.stringMatching(/^m: key 1 /));
  });

  it('leaves nothing behind where the model is removed', () => {
    const before = sent(changes, start + 2 * hour).messages.length;
    expect(sent(changes, start + 20 * hour).messages).toHaveLength(before);
  });
});

describe('an incident beside another state that flaps', () => {
  const flaps = Array.from({ length: 12 }, (_, index) => (2 + 4 * index) * minute).flatMap((from) =>
    spell('m', from, from + 2 * minute, { what: 'degraded' }),
  );
  const policy = policyOf({
    updateMs: minute,
    afterMs: { unhealthy: 0, degraded: 0, unknown: 0, maintenance: 0 },
    routes: policyOf().routes.map((route) => ({ ...route, repeatMs: 30 * minute })),
  });
  const told = (incident: readonly Notice[]) =>
    simulate(inOrder([...incident, ...flaps]), { channel: 'team', policy, until: start + 6 * hour })
      .messages.slice(1)
      .flatMap(({ kind, at, members }) =>
        members
          .filter(({ what }) => what === 'unhealthy')
          .map(({ ended }) => [kind, at - start, ended === null ? null : ended - start]),
      );

  it('is not told as ended while it lasts', () => {
    const later = told(spell('m', 0, null));
    expect(later.length).toBeGreaterThan(5);
    expect(later.filter(([, , ended]) => ended !== null)).toEqual([]);
  });

  it('that ends meanwhile is not repeated, and its end is told', () => {
    expect(told(spell('m', 0, 40 * minute)).filter(([, at]) => Number(at) > 40 * minute)).toEqual([
      ['resolved', expect.any(Number), 40 * minute],
    ]);
  });

  it('whose model is renamed meanwhile goes on under the new id, and nothing counts as removed', () => {
    const channel = createChannel({ ...policy, waitMs: 0, perModel: { count: 2, windowMs: hour } });
    for (const notice of inOrder([...spell('m', 0, null), ...flaps]).slice(0, 6))
      channel.tell(notice.at - start, [notice]);
    expect(Object.keys(channel.memory().flapping)).toHaveLength(1);
    const renamed = (model: string): string | null => (model === 'm' ? 'new' : null);
    const all = [12, 14, 16, 18].flatMap((at) =>
      channel.tell(at * minute, [], (model) => model !== 'm', renamed),
    );
    const members = all.flatMap((message) => message.members);
    expect(members.filter(({ gone }) => gone)).toEqual([]);
    expect(members.filter(({ model, what }) => model === 'new' && what === 'unhealthy')).not.toEqual([]);
  });
});
