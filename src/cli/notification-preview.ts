import { policyOf } from '../app/notify/policy.js';
import type { NotificationSettings } from '../config/notifications.js';
import type { Settings } from '../config/settings.js';
import { addAll } from '../domain/list.js';
import type { Model } from '../domain/model.js';
import type { Notice, ToldState } from '../domain/notify/notice.js';
import { simulate } from '../domain/notify/simulate.js';
import { blameFor } from '../domain/reason.js';
import type { Interval, StatePoint } from '../domain/state.js';
import { told } from '../notify/text.js';
import type { StoreReader, StoredIncident } from '../store/port.js';

/** What a channel would have been sent. */
export interface PreviewedChannel {
  readonly channel: string;
  readonly messages: readonly { readonly at: string; readonly kind: string; readonly title: string }[];
  readonly held_back: Readonly<Record<string, number>>;
}

type Told = Pick<Model, 'id' | 'provider' | 'labels'>;

const baseOf = ({ id, provider, labels }: Told) => ({ model: id, provider, labels });

/** The notices of an incident, at the times of its results. */
function ofIncident(model: Told, incident: StoredIncident): Notice[] {
  const { openedAt, closedAt, reason, blame, checksFailed: failures, lastDetail: detail } = incident;
  const { acknowledged } = incident;
  const base = { ...baseOf(model), what: 'unhealthy' as const, since: openedAt, reason, blame, failures };
  const began: Notice = { ...base, kind: 'began', at: openedAt, detail };
  const ended: Notice[] = closedAt === null ? [] : [{ ...base, kind: 'ended', at: closedAt, detail: null }];
  if (acknowledged === null) return [began, ...ended];
  const { at } = acknowledged;
  return [began, { ...base, kind: 'acknowledged', at, detail: null, acknowledged }, ...ended];
}

/** The notices of the other states of a time line. */
function ofPoints(model: Told, points: readonly StatePoint[]): Notice[] {
  const found: Notice[] = [];
  let open: Notice | null = null;
  for (const { from, state, reason } of points) {
    const blame = reason === null ? null : blameFor(reason);
    const isTold = state === 'degraded' || state === 'maintenance' || (state === 'unknown' && blame !== null);
    if (open !== null && (!isTold || open.what !== state)) {
      found.push({ ...open, kind: 'ended', at: from });
      open = null;
    }
    if (!isTold) continue;
    const what: ToldState = state;
    const kind: Notice['kind'] = open === null ? 'began' : 'changed';
    const since: number = open?.since ?? from;
    open = { ...baseOf(model), kind, what, since, at: from, reason, blame, detail: null, failures: null };
    found.push(open);
  }
  return found;
}

/** Notices of one read. */
const mostNotices = 10_000;

/** Remarks in the window, which no other history has: those that were stored since the configuration has the section. */
async function remarksIn(
  store: StoreReader,
  isKnown: (model: string) => boolean,
  { from, to }: Interval,
): Promise<Notice[]> {
  const found: Notice[] = [];
  for (let after = 0; ;) {
    const { notices } = await store.notices(after, mostNotices);
    addAll(
      found,
      notices
        .map(({ notice }) => notice)
        .filter(({ kind, model, at }) => kind === 'happened' && isKnown(model) && at >= from && at < to),
    );
    const last = notices.at(-1);
    if (last === undefined || notices.length < mostNotices) return found;
    after = last.id;
  }
}

/** What the policy would have sent in the window, for models that are in the registry now. */
export async function previewed(
  store: StoreReader,
  settings: Settings & { readonly notifications: NotificationSettings },
  { from, to }: Interval,
): Promise<PreviewedChannel[]> {
  const { models, notifications } = settings;
  const byId = new Map(models.map((model) => [model.id, model]));
  const notices = await remarksIn(store, (id) => byId.has(id), { from, to });
  for (const incident of await store.incidents({ from, to, limit: 1_000_000 })) {
    const model = byId.get(incident.model);
    if (model !== undefined && incident.openedAt >= from) addAll(notices, ofIncident(model, incident));
  }
  for (const { key, id, retiredAt } of await store.names([])) {
    const model = byId.get(id);
    if (model === undefined || retiredAt !== null) continue;
    const points = await store.points(key, from, to);
    addAll(
      notices,
      ofPoints(
        model,
        points.filter((point) => point.from >= from),
      ),
    );
  }
  notices.sort((one, other) => one.at - other.at);
  const policy = policyOf(notifications);
  return notifications.channels.map(({ name, timezone }) => {
    const { messages, heldBack } = simulate(notices, { channel: name, policy, until: to });
    const linkTo = (): null => null;
    return {
      channel: name,
      messages: messages.map((message) => ({
        at: new Date(message.at).toISOString(),
        kind: message.kind,
        title: told(message, { timezone, linkTo }).title,
      })),
      held_back: heldBack,
    };
  });
}
