import { describe, expect, it } from '@jest/globals';
import { replayed } from '../../../src/domain/notify/replayed.js';
import { requestOf } from '../../../src/notify/dialects.js';
import { told } from '../../../src/notify/text.js';
import { at, context, member, message } from '../../notify/sample-message.js';

const hour = 3_600_000;
const pagerduty = { kind: 'pagerduty', routingKey: 'key', apiUrl: 'https://events.pagerduty.com' } as const;
const actionOf = (one: typeof problem): unknown =>
  (JSON.parse(requestOf(one, pagerduty, context)?.body ?? '{}') as { event_action?: string }).event_action;
const problem = message({ members: [member(), member({ model: 'b' })] });

describe('a message that is sent again', () => {
  it('tells when what it told of has ended, and opens nothing for it', () => {
    const again = replayed(problem, () => at + hour, at + 9 * hour);
    expect(again).toMatchObject({
      id: problem.id,
      thread: problem.thread,
      open: 0,
      ended: 2,
      kind: 'passed',
    });
    expect(told(again, context).title).toBe(
      'Sent again: gpt-4o and b were unhealthy for 1 h 1 min: timeout (provider), until 2026-11-30 16:03 Europe/Berlin',
    );
    expect(actionOf(problem)).toBe('trigger');
    expect(actionOf(again)).toBe('resolve');
  });

  it('goes on to tell what lasts', () => {
    const again = replayed(problem, ({ model }) => (model === 'b' ? at + hour : null), at + 9 * hour);
    expect(again).toMatchObject({ open: 1, ended: 1, kind: 'update' });
    expect(told(again, context).title).toMatch(
      /^Sent again: gpt-4o is unhealthy since .*; 1 no longer unhealthy$/,
    );
    expect(actionOf(again)).toBe('trigger');
    expect(replayed(problem, () => null, at + hour)).toEqual({ ...problem, againAt: at + hour });
  });

  it('says of an end what it said', () => {
    const resolved = message({ kind: 'resolved', members: [member({ ended: at })] });
    expect(replayed(resolved, () => at + hour, at + hour)).toEqual({ ...resolved, againAt: at + hour });
  });
});
