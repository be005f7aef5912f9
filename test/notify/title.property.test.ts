import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sharesOf, type Message, type MessageMember } from '../../src/domain/notify/message.js';
import { isRemark, type Notice } from '../../src/domain/notify/notice.js';
import { simulate } from '../../src/domain/notify/simulate.js';
import { told } from '../../src/notify/text.js';
import { hour, inOrder, minute, policyOf, second, spell, start } from '../domain/notify/notices.js';
import { context, member, message } from './sample-message.js';

const title = (members: readonly MessageMember[], changes: Partial<Message> = {}): string =>
  told(message({ members, ...changes }), context).title;

const many = (count: number, changes: Partial<MessageMember> = {}): MessageMember[] =>
  Array.from({ length: count }, (_, index) => member({ model: `m${index}`, ...changes }));

const degraded = { what: 'degraded', reason: 'slow' } as const;
const over = { ended: context.now } as const;
const update = { kind: 'update' } as const;

describe('a title', () => {
  it('of several states says how many are in each', () => {
    expect(title([...many(2), ...many(1, degraded)])).toBe(
      'm0, m1 and m0: 2 unhealthy, 1 degraded since 2026-11-30 15:02 Europe/Berlin',
    );
    expect(title([...many(4), ...many(3, degraded), ...many(2, over)], update)).toBe(
      '7 models of openai: 4 unhealthy, 3 degraded since 2026-11-30 15:02 Europe/Berlin; 2 no longer unhealthy',
    );
    expect(title([...many(2, over), ...many(2, { ...degraded, ...over })], { kind: 'resolved' })).toBe(
      '4 models of openai: 2 no longer unhealthy, 2 no longer degraded, since 2026-11-30 15:03 Europe/Berlin',
    );
    expect(title([...many(3), ...many(1, degraded)], { kind: 'reminder' })).toBe(
      '4 models of openai: 3 still unhealthy, 1 still degraded since 2026-11-30 15:02 Europe/Berlin',
    );
  });

  it('counts remarks apart from states', () => {
    const remark = { what: 'version', reason: null, blame: null, ...over } as const;
    expect(title([...many(1), ...many(2, remark)])).toBe(
      'm0 is unhealthy since 2026-11-30 15:02 Europe/Berlin: timeout (provider); 2 remarks',
    );
  });

  it('knows the states, causes and providers of members that are not listed', () => {
    const members = [...many(60), ...many(40, { ...degraded, provider: 'mistral' })];
    const listed = message({ members: members.slice(0, 50) });
    const whole = { ...listed, open: 100, more: 50, shares: sharesOf(members, []) };
    expect(told(whole, context).title).toBe(
      '100 models: 60 unhealthy, 40 degraded since 2026-11-30 15:02 Europe/Berlin',
    );
  });
});

describe('the title of a remark', () => {
  const remark = (what: MessageMember['what'], detail: string, changes: Partial<MessageMember> = {}) =>
    title([member({ what, detail, reason: null, blame: null, ...over, ...changes })], { kind: 'remark' });

  it('says which, what, since when and whose fault', () => {
    expect(remark('version', 'build of replies was a, is b')).toBe(
      'gpt-4o: another version answers since 2026-11-30 15:02 Europe/Berlin: build of replies was a, is b',
    );
    const refused = { reason: 'auth_failed', blame: 'account' } as const;
    expect(remark('key', 'key 2 of 3 is refused, and others are accepted', refused)).toBe(
      'gpt-4o: key 2 of 3 is refused, and others are accepted since 2026-11-30 15:02 Europe/Berlin: auth_failed (account)',
    );
    const spent = { reason: 'budget_spent', blame: 'config' } as const;
    expect(remark('budget', '84% of the token budget is used', spent)).toBe(
      'gpt-4o: 84% of the token budget is used (config)',
    );
    expect(remark('certificate', 'the certificate expires at T')).toBe(
      'gpt-4o: the certificate expires at T',
    );
  });

  it('of several models says what they have in common, and the message what to do', () => {
    const key = { what: 'key', reason: 'auth_failed', blame: 'account', ...over } as const;
    const text = told(message({ kind: 'remark', members: many(5, key) }), context);
    expect(text.title).toBe('5 models of openai: an API key is refused: auth_failed (account)');
    expect(text.advice).toMatch(/^The account has to be looked after: replace the key/);
  });
});

/** The numbers before a state in a title, by what is said of it. */
function numbersIn(text: string, word: string): number[] {
  const pattern = new RegExp(`(?<![\\w-])(\\d+) ${word}(?:unhealthy|degraded|unknown|in maintenance)`, 'g');
  return [...text.matchAll(pattern)].map(([, count]) => Number(count));
}
const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);

const states = fc.record({
  model: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  what: fc.constantFrom('unhealthy' as const, 'degraded' as const, 'maintenance' as const),
  from: fc.integer({ min: 0, max: 2 * 3_600 }),
  lasts: fc.integer({ min: 1, max: 3_600 }),
});

it('the counts of a title are those of the members', () => {
  fc.assert(
    fc.property(fc.array(states, { minLength: 1, maxLength: 40 }), (all) => {
      const notices = all.flatMap(({ model, what, from, lasts }): Notice[] =>
        spell(model, from * second, (from + lasts) * second, { what }),
      );
      const policy = policyOf({
        groupBy: ['provider'],
        updateMs: minute,
        perModel: { count: 1_000, windowMs: hour },
      });
      const { messages } = simulate(inOrder(notices), { channel: 'team', policy, until: start + 20 * hour });
      for (const one of messages) {
        const { title: line } = told(one, { timezone: 'UTC', linkTo: () => null });
        const last = one.members.filter(({ what, ended }) => ended === null && !isRemark(what));
        const ended = one.members.filter((each) => each.ended !== null);
        const open = new Set(last.map(({ what }) => what));
        if (last.length === 0) {
          if (new Set(ended.map(({ what }) => what)).size < 2) continue;
          const word = one.kind === 'passed' ? '' : 'no longer ';
          expect(sum(numbersIn(line, word))).toBe(ended.length);
          continue;
        }
        expect(sum(numbersIn(line, 'no longer '))).toBe(ended.length);
        if (open.size > 1) expect(sum(numbersIn(line, ''))).toBe(last.length);
        // One state alone is told by names, or by their number.
        else if (last.length > 3) expect(line).toMatch(new RegExp(`^${last.length} models of openai are `));
      }
    }),
    { numRuns: 200 },
  );
});
