import { blameFor } from '../domain/reason.js';
import { phaseNames, type CheckResult } from '../domain/result.js';
import type { Family } from './catalogue.js';
import { endMarks, escapeLabel, header, type Format } from './format.js';

type Series = readonly (readonly [labels: Readonly<Record<string, string>>, value: number | null])[];

/** The name, help and series of one check; null is absent. */
function families(result: CheckResult): readonly (readonly [name: string, help: string, series: Series])[] {
  const seconds = (ms: number | null = null): number | null => (ms === null ? null : ms / 1000);
  const { outcome, reason, usage } = result;
  const success = outcome === 'healthy' || outcome === 'degraded';
  return [
    ['probe_success', '1 if the check was healthy or degraded.', [[{}, Number(success)]]],
    ['probe_duration_seconds', 'Duration of the check.', [[{}, seconds(result.durationMs) ?? 0]]],
    [
      'probe_result_info',
      'What the check says, and who has to act; always 1.',
      [[{ outcome, reason, blame: blameFor(reason) ?? '' }, 1]],
    ],
    ['probe_http_status_code', 'HTTP status of the reply.', [[{}, result.httpStatus]]],
    [
      'probe_phase_seconds',
      'Duration of each phase of the check.',
      phaseNames.map((phase) => [{ phase }, seconds(result.phases[phase])]),
    ],
    [
      'probe_time_to_first_token_seconds',
      'Time to the first chunk with text or reasoning.',
      [[{}, seconds(result.firstTokenMs)]],
    ],
    [
      'probe_tokens',
      'Tokens the check used.',
      [
        [{ type: 'input' }, usage?.inputTokens ?? null],
        [{ type: 'output' }, usage?.outputTokens ?? null],
      ],
    ],
    [
      'probe_ssl_earliest_cert_expiry',
      'Expiry of the certificate in Unix time.',
      [[{}, seconds(result.certificateExpiresAt)]],
    ],
  ];
}

/** One check in the form of a multi-target exporter: its series have no label for the target, since Prometheus adds one. */
export function probeExposition(result: CheckResult, format: Format): string {
  let text = '';
  for (const [name, help, series] of families(result)) {
    const family: Family = { name, help, type: 'gauge', labels: [] };
    const lines = series.flatMap(([labels, value]) => {
      if (value === null) return [];
      const pairs = Object.entries(labels).map(([label, word]) => `${label}="${escapeLabel(word)}"`);
      return [`${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`];
    });
    if (lines.length > 0) text += header(family, format) + lines.join('');
  }
  return text + endMarks[format];
}
