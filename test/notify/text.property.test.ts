import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Notice } from '../../src/domain/notify/notice.js';
import { simulate } from '../../src/domain/notify/simulate.js';
import { bodyLines, told } from '../../src/notify/text.js';
import { hour, inOrder, minute, policyOf, second, spell, start } from '../domain/notify/notices.js';
import { context } from './sample-message.js';

const states = fc.record({
  model: fc.constantFrom('a', 'b', '__proto__', 'constructor'),
  what: fc.constantFrom('unhealthy' as const, 'degraded' as const, 'maintenance' as const),
  from: fc.integer({ min: 0, max: 4 * 3_600 }),
  lasts: fc.integer({ min: 1, max: 3_600 }),
});

it('puts every message that a plan makes into words', () => {
  fc.assert(
    fc.property(fc.array(states, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (all, count) => {
      const notices = all.flatMap(({ model, what, from, lasts }): Notice[] =>
        spell(model, from * second, (from + lasts) * second, { what }),
      );
      const policy = policyOf({ perModel: { count, windowMs: 30 * minute }, updateMs: minute });
      const { messages } = simulate(inOrder(notices), { channel: 'team', policy, until: start + 20 * hour });
      for (const message of messages) {
        const text = told(message, context);
        expect([text.title, ...bodyLines(text)].join('\n')).not.toMatch(/undefined|Infinity|NaN|null/);
      }
    }),
    { numRuns: 150 },
  );
});
