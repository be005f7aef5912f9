import type { Calendar } from '../calendar/calendar.js';
import type { Model } from '../domain/model.js';
import { checkIntervalMs } from './check-interval.js';
import type { AlertRule } from './rule-group.js';
import { bridged, modelMatcher } from './selection.js';

const minuteMs = 60_000;
const spans = [
  ['15m', 15 * minuteMs],
  ['1h', 60 * minuteMs],
  ['6h', 360 * minuteMs],
  ['1d', 1440 * minuteMs],
  ['7d', 10_080 * minuteMs],
] as const;
type Span = (typeof spans)[number][0];
const longest: Span = '7d';

/** A span in which each key of the model has its turn twice, so that one refusal alone has been answered by a success. */
function spanOf(model: Model, calendar: Calendar): Span {
  const neededMs = 2 * model.endpoint.apiKeys.length * (checkIntervalMs(model, calendar) ?? 0);
  return spans.find(([, ms]) => ms >= neededMs)?.[0] ?? longest;
}

/** The alert on one dead key of several; null where no model has several. Rarely checked models need a longer look. */
export function keyAlert(models: readonly Model[], calendar: Calendar): AlertRule | null {
  const several = models.filter(({ endpoint }) => endpoint.apiKeys.length > 1);
  if (several.length === 0) return null;
  const idsBySpan = new Map<Span, string[]>();
  for (const model of several) {
    const span = spanOf(model, calendar);
    idsBySpan.set(span, [...(idsBySpan.get(span) ?? []), model.id]);
  }
  const slow = spans.slice(1).map(([span]) => ({ span, ids: (idsBySpan.get(span) ?? []).sort() }));
  const rare = slow.flatMap(({ ids }) => ids);
  const parts = [
    deadFor('15m', rare.length === 0 ? '' : `{${modelMatcher('!~', rare)}}`),
    ...slow
      .filter(({ ids }) => ids.length > 0)
      .map(({ span, ids }) => deadFor(span, `{${modelMatcher('=~', ids)}}`)),
  ];
  return {
    alert: 'ModelApiKeyDead',
    about: 'model',
    expr: parts.join('\nor\n'),
    labels: { severity: 'warning', blame: 'account' },
    annotations: {
      summary: '{{ $labels.model }}: API key {{ $labels.key }} is refused',
      description:
        'The provider refuses API key {{ $labels.key }} of {{ $labels.model }} (position in the list, from 1) at every check that uses it. Replace the key or remove it from the list.',
    },
  };
}

/** Dead now, never seen well in the span, and known before it. */
function deadFor(span: Span, matchers: string): string {
  const key = `modelpulse_api_key_healthy${matchers}`;
  return `(
  ${bridged(key)} == 0
  and max_over_time(${key}[${span}]) == 0
  and present_over_time(${key}[${span}] offset ${span})
)`;
}
