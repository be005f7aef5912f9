import type { State } from '../../domain/state.js';
import { portableLine } from '../portable-text.js';
import { fixedHash } from '../status-events.js';
import type { StatusComponent, StatusPageView } from '../status-view.js';
import {
  componentStatuses,
  type ComponentStatus,
  type StatuspageComponent,
  type StatuspageStatus,
} from './statuspage-shapes.js';
import { addAll } from '../../domain/list.js';

/**
 * Statuspage has no word for unknown. What is not observed must not read as operational, and an outage that nobody saw must
 * not be claimed either, which would wake people: the mildest status that is not green stays, and the description says why.
 */
export const componentStatus: Readonly<Record<State, ComponentStatus>> = {
  healthy: 'operational',
  degraded: 'degraded_performance',
  unhealthy: 'major_outage',
  unknown: 'degraded_performance',
  maintenance: 'under_maintenance',
};

export const unknownDescription =
  'The state is unknown: it is not being checked, or no check has been conclusive.';

export const isoTime = (unixMs: number): string => new Date(unixMs).toISOString();

export const pageId = ({ path }: StatusPageView): string => fixedHash(12, ['page', path]);

/** The components of a page by id, each as Statuspage has it. */
export function componentsById(view: StatusPageView): ReadonlyMap<string, StatuspageComponent> {
  const page_id = pageId(view);
  const positions = new Map<string, number>();
  const groupIds = new Map<string, string>(
    [...new Set(view.components.map(({ group }) => group))].map((group) => [group, groupId(view, group)]),
  );
  const result = new Map<string, StatuspageComponent>();
  for (const component of view.components) {
    const { id, group, state, since, firstSeen } = component;
    // A component has its place in its group, or among what stands beside the groups.
    const place = (positions.get(group) ?? 0) + 1;
    positions.set(group, place);
    result.set(id, {
      id,
      name: nameOf(component),
      status: componentStatus[state],
      created_at: isoTime(firstSeen),
      updated_at: isoTime(Math.max(since, firstSeen)),
      position: place,
      description: state === 'unknown' ? unknownDescription : null,
      showcase: true,
      start_date: isoTime(firstSeen).slice(0, 10),
      group_id: group === '' ? null : (groupIds.get(group) ?? null),
      page_id,
      group: false,
      only_show_if_degraded: false,
    });
  }
  return result;
}

export function nameOf({ id, name }: StatusComponent): string {
  return portableLine(name, id);
}

function groupId(view: StatusPageView, group: string): string {
  return fixedHash(12, ['group', view.path, group]);
}

/** What stands alone first, then each group before its members, as they follow on the page. */
export function componentList(
  view: StatusPageView,
  byId: ReadonlyMap<string, StatuspageComponent>,
): StatuspageComponent[] {
  const groups = new Map<string, StatuspageComponent[]>();
  for (const { id, group } of view.components) {
    const component = byId.get(id);
    if (component === undefined) continue;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [component]);
    else members.push(component);
  }
  const list = [...(groups.get('') ?? [])];
  groups.delete('');
  let position = list.length;
  for (const [name, members] of groups) {
    position += 1;
    list.push(groupOf(view, name, members, position));
    addAll(list, members);
  }
  return list;
}

/** A group has the worst status of its members. ISO times of one zone sort as text. */
function groupOf(
  view: StatusPageView,
  name: string,
  members: readonly StatuspageComponent[],
  position: number,
): StatuspageComponent {
  const statuses = new Set(members.map(({ status }) => status));
  const created_at = members.map((member) => member.created_at).sort()[0] ?? isoTime(view.now);
  return {
    id: groupId(view, name),
    name: portableLine(name, 'Group'),
    status: componentStatuses.findLast((status) => statuses.has(status)) ?? 'degraded_performance',
    created_at,
    updated_at:
      members
        .map((member) => member.updated_at)
        .sort()
        .at(-1) ?? created_at,
    position,
    description: null,
    showcase: true,
    start_date: null,
    group_id: null,
    page_id: pageId(view),
    group: true,
    only_show_if_degraded: false,
    components: members.map(({ id }) => id),
  };
}

/** The page in one word. What is in maintenance does not count: when all else is down, all is down. */
export function statusOf({ components }: StatusPageView): StatuspageStatus {
  const count = (state: State): number => components.filter((component) => component.state === state).length;
  const inMaintenance = count('maintenance');
  const counted = components.length - inMaintenance;
  const down = count('unhealthy');
  const unknown = count('unknown');
  if (down > 0 && down === counted) return { indicator: 'critical', description: 'Major System Outage' };
  if (down > 0) return { indicator: 'major', description: 'Partial System Outage' };
  if (count('degraded') > 0) return { indicator: 'minor', description: 'Partially Degraded Service' };
  // Also of a page without components, about which nothing is known.
  if (unknown > 0 || components.length === 0) {
    return {
      indicator: 'minor',
      description: unknown === counted ? 'State Unknown' : 'State Partly Unknown',
    };
  }
  if (inMaintenance > 0) return { indicator: 'maintenance', description: 'Service Under Maintenance' };
  return { indicator: 'none', description: 'All Systems Operational' };
}
