import type { State } from '../../domain/state.js';
import type { StatusComponent, StatusPageView } from '../status-view.js';

/** What a component was at a time. */
export interface Beat {
  /** Unix ms */
  readonly at: number;
  readonly state: State;
}

/** The last 24 h by hours, then what is now. */
export function beatsOf({ course, state }: StatusComponent, now: number): Beat[] {
  const past = course
    .filter(({ from }) => from < now)
    .map(({ from, state: was }) => ({ at: from, state: was }));
  return [...past, { at: now, state }];
}

/** The components by the names of their groups, in the order of the page; `otherwise` names what stands in none. */
export function groupsOf(
  { components }: StatusPageView,
  otherwise: string,
): ReadonlyMap<string, readonly StatusComponent[]> {
  const groups = new Map<string, StatusComponent[]>();
  for (const component of components) {
    const name = component.group === '' ? otherwise : component.group;
    const members = groups.get(name);
    if (members === undefined) groups.set(name, [component]);
    else members.push(component);
  }
  return groups;
}

/** `name`, or with a number behind it until `taken` has it not; it is taken then. Linear also for many equal names. */
export function createNames(): (name: string) => string {
  const counts = new Map<string, number>();
  const taken = new Set<string>();
  return (name) => {
    let count = counts.get(name) ?? 0;
    let own: string;
    do {
      count += 1;
      own = count === 1 ? name : `${name}-${count}`;
    } while (taken.has(own));
    counts.set(name, count);
    taken.add(own);
    return own;
  };
}
