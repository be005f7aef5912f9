import { createHash } from 'node:crypto';
import { sharesOf, type Message, type MessageMember } from '../../domain/notify/message.js';
import type { ChannelContext } from '../request.js';
import { told } from '../text.js';
import { bounded } from '../words.js';

/** Characters of a detail. */
const longestDetail = 500;
/** The end of an alert that lasts, as Go writes a time that is not set. */
const noTime = '0001-01-01T00:00:00Z';

const alertNames: Readonly<Record<MessageMember['what'], string>> = {
  unhealthy: 'ModelUnhealthy',
  degraded: 'ModelDegraded',
  unknown: 'ModelUnknown',
  maintenance: 'ModelInMaintenance',
  version: 'ModelVersionChanged',
  certificate: 'ModelCertificateExpires',
  key: 'ModelApiKeyRefused',
  budget: 'ModelTokenBudgetUsed',
  objective: 'ModelErrorBudgetUsed',
};

function labelsOf({ model, provider, labels, what, reason, blame }: MessageMember): Record<string, string> {
  return {
    ...labels,
    alertname: alertNames[what],
    model,
    provider,
    ...(reason !== null && { reason }),
    ...(blame !== null && { blame }),
    severity: what === 'unhealthy' ? 'critical' : 'warning',
  };
}

/** Members that all have. */
function commonOf(all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...rest] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((other) => other[name] === value)),
  );
}

/** Of the labels, which name the alert: the cause may change while it lasts. */
function fingerprintOf({ model, what }: MessageMember): string {
  return createHash('sha256').update(`${model}\0${what}`).digest('hex').slice(0, 16);
}

/** Version 4 of what Alertmanager sends: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export function alertmanagerBody(message: Message, context: ChannelContext) {
  const { members, more, thread, group, channel, kind } = message;
  const { detail, advice } = told(message, context);
  const iso = (time: number): string => new Date(time).toISOString();
  const alerts = members.map((member) => {
    const { since, ended, model, what } = member;
    const annotations = {
      summary: told(
        {
          ...message,
          kind: kind === 'reminder' || kind === 'acknowledged' ? 'problem' : kind,
          members: [{ ...member, isNews: true }],
          open: ended === null ? 1 : 0,
          ended: ended === null ? 0 : 1,
          more: 0,
          shares: sharesOf([member], []),
        },
        context,
      ).title,
      ...(member.detail !== null && { detail: bounded(member.detail, longestDetail) }),
    };
    return {
      status: ended === null ? 'firing' : 'resolved',
      labels: labelsOf(member),
      annotations,
      startsAt: iso(since),
      endsAt: ended === null ? noTime : iso(ended),
      generatorURL: context.linkTo(model, what === 'unhealthy' ? since : null) ?? '',
      fingerprint: fingerprintOf(member),
    };
  });
  return {
    receiver: channel,
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    alerts,
    groupLabels: group,
    commonLabels: commonOf(alerts.map(({ labels }) => labels)),
    commonAnnotations: {
      ...commonOf(alerts.map(({ annotations }) => annotations as Record<string, string>)),
      ...(advice !== null && { advice }),
      ...(detail !== null && alerts.length > 1 && { newest_detail: detail }),
    },
    externalURL: context.publicUrl ?? '',
    version: '4',
    groupKey: thread,
    truncatedAlerts: more,
  };
}
