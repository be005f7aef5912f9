import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { combined, modelIdOf, probeId, probeNameOf, type Shown } from '../../src/domain/probes.js';
import { states, type State } from '../../src/domain/state.js';

const time = fc.integer({ min: 0, max: 1_000 });
const anyState = fc.constantFrom(...states);
const reasonOf = (state: State) =>
  state === 'maintenance'
    ? null
    : state === 'healthy'
      ? 'ok'
      : state === 'unknown'
        ? 'not_yet'
        : 'server_error';
const standing = fc.record({ state: anyState, since: time }).map(({ state, since }) => ({
  state,
  since,
  reason: reasonOf(state),
}));
const others = fc
  .array(standing, { maxLength: 5 })
  .map((all) => all.map((one, index): Shown => ({ ...one, probe: `p${index}` }) as Shown));
const weight = (state: State) => ['healthy', 'degraded', 'unhealthy'].indexOf(state);

describe('state of a model with several probes', () => {
  it('is the worst of the conclusive ones, and names the first that has it', () => {
    fc.assert(
      fc.property(standing, others, (main, more) => {
        fc.pre(main.state !== 'maintenance');
        const all: Shown[] = [{ ...main, probe: null } as Shown, ...more];
        const worst = Math.max(...all.map(({ state }) => weight(state)));
        const found = combined(main as Shown, more);
        if (worst === -1) {
          expect(found).toEqual({ ...main, probe: null });
          return;
        }
        const first = all.find(({ state }) => weight(state) === worst);
        expect([found.probe, found.since, found.reason]).toEqual([first?.probe, first?.since, first?.reason]);
        const isCapped = worst === 2 && weight(main.state) >= 0 && main.state !== 'unhealthy';
        expect(found.state).toBe(isCapped ? 'degraded' : first?.state);
      }),
    );
  });

  it('is unhealthy exactly where the own probe is, or has nothing to say', () => {
    fc.assert(
      fc.property(standing, others, (main, more) => {
        const { state } = combined(main as Shown, more);
        const mayBe = main.state === 'unhealthy' || main.state === 'unknown';
        expect(state === 'unhealthy' && !mayBe).toBe(false);
        if (main.state === 'unhealthy') expect(state).toBe('unhealthy');
      }),
    );
  });

  it('is never unknown while one of them is conclusive', () => {
    fc.assert(
      fc.property(standing, others, (main, more) => {
        fc.pre(main.state !== 'maintenance');
        const known = [main, ...more].some(({ state }) => weight(state) >= 0);
        expect(combined(main as Shown, more).state === 'unknown').toBe(!known && main.state === 'unknown');
      }),
    );
  });

  it('is that of the own probe in maintenance and while the model is paused', () => {
    fc.assert(
      fc.property(time, others, (since, more) => {
        const rest: Shown = { state: 'maintenance', since, reason: null, probe: null };
        const paused: Shown = { state: 'unknown', since, reason: 'paused', probe: null };
        expect(combined(rest, more)).toEqual(rest);
        expect(combined(paused, more)).toEqual(paused);
      }),
    );
  });
});

it('an id of a probe names its model and its probe', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[^#\s/]{1,20}$/),
      fc.stringMatching(/^[a-z0-9_-]{1,20}$/),
      (model, name) => {
        const id = probeId(model, name);
        expect([modelIdOf(id), probeNameOf(id), modelIdOf(model), probeNameOf(model)]).toEqual([
          model,
          name,
          model,
          null,
        ]);
      },
    ),
  );
});
