import { spawnSync } from 'node:child_process';

const script = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
print(json.dumps({family.name: [family.type, len(family.samples)] for family in parse(sys.stdin.read())}))
`;

/** Debian's python3-prometheus-client has the reference parser of OpenMetrics. */
export const hasOpenMetricsParser =
  spawnSync('/usr/bin/python3', ['-c', 'import prometheus_client.openmetrics.parser']).status === 0 ||
  process.env.CI === 'true';
if (!hasOpenMetricsParser) {
  process.stderr.write(
    'SKIPPED: python3-prometheus-client is not installed, so OpenMetrics was not parsed with it\n',
  );
}

/** Type and number of samples by family, as the reference parser reads them; throws what it refuses. */
export function parseOpenMetrics(text: string): Record<string, readonly [type: string, samples: number]> {
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', script], {
    input: text,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, readonly [string, number]>;
}
