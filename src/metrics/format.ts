import type { Family } from './catalogue.js';

/** Prometheus' text format, or OpenMetrics 1.0 when the client accepts it. */
export type Format = 'text' | 'openmetrics';

export const mediaTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** The end of an exposition. */
export const endMarks: Readonly<Record<Format, string>> = { text: '', openmetrics: '# EOF\n' };

/** Weight that an `Accept` header gives a media type; 0 for versions that are not supported. */
function weightOf(accept: string, mediaType: string, version: string): number {
  const weights = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const valueOf = (name: string): string | undefined =>
      parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
    if (type !== mediaType || (valueOf('version') ?? version) !== version) return 0;
    const weight = Number(valueOf('q') ?? 1);
    return Number.isNaN(weight) ? 0 : weight;
  });
  return weights.reduce((most, weight) => Math.max(most, weight), 0);
}

/** The format for an `Accept` header: OpenMetrics when its weight is at least that of text. */
export function formatFor(accept: string | undefined): Format {
  if (accept === undefined) return 'text';
  const wanted = weightOf(accept, 'application/openmetrics-text', '1.0.0');
  return wanted > 0 && wanted >= weightOf(accept, 'text/plain', '0.0.4') ? 'openmetrics' : 'text';
}

/** The lines before the series of a family. */
export function header({ name, help, type }: Family, format: Format): string {
  const escaped = help.replaceAll('\\', '\\\\');
  if (format === 'text') return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`;
  const family = type === 'counter' ? name.replace(/_total$/, '') : name;
  return `# HELP ${family} ${escaped.replaceAll('"', '\\"')}\n# TYPE ${family} ${type}\n`;
}

/** An upper bound as a value of `le`: the same in both formats, so that the series keeps its labels. */
export function boundText(bound: number | undefined): string {
  if (bound === undefined) return '+Inf';
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

/** Output of prom-client, with its histogram bounds as `boundText` writes them. */
export function withBounds(text: string): string {
  return text.replace(/le="(\d+)"/g, 'le="$1.0"');
}

/** Text output of prom-client, as OpenMetrics: prom-client's own OpenMetrics mode renames its counters, in the text too. */
export function openMetricsOf(text: string): string {
  const lines = text
    .replace(/^# HELP (\S+)_total (.*)\n# TYPE \1_total counter$/gm, '# HELP $1 $2\n# TYPE $1 counter')
    .replace(/\n{2,}/g, '\n')
    .trimEnd();
  return `${lines}\n${endMarks.openmetrics}`;
}

export function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;
}
