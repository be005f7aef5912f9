import { attributesIn, type Metric } from './receiver.js';

/** Units that become a word of the name, of those that are used here. */
const words: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/**
 * The name that Prometheus' receiver gives a metric, by the rules of its translator (UnderscoreEscapingWithSuffixes): words of the
 * name joined by `_`, the unit unless the name has its word, `total` last for counters, `ratio` last for gauges of unit 1.
 */
export function nameAt({ name, unit = '', gauge, sum }: Metric): string {
  const tokens = name.split(/[^A-Za-z0-9:]+/).filter((token) => token !== '');
  const [main = '', per] = unit.replace(/\{[^}]*\}/g, '').split('/');
  const word = words[main] ?? (main === '1' ? '' : main);
  if (word !== '' && !tokens.includes(word)) tokens.push(word);
  if (per !== undefined && !tokens.includes(`per_${per}`)) tokens.push(`per_${per}`);
  const last = sum?.isMonotonic === true ? 'total' : gauge !== undefined && unit === '1' ? 'ratio' : null;
  return (last === null ? tokens : [...tokens.filter((token) => token !== last), last]).join('_');
}

const seriesName = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name} ${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`;

/** Values by series as Prometheus keeps them of what was pushed. */
export function pushedSeries(metrics: readonly Metric[]): Map<string, number> {
  const found = new Map<string, number>();
  const put = (name: string, labels: Readonly<Record<string, string>>, value: number): void => {
    const key = seriesName(name, labels);
    if (found.has(key)) throw new Error(`${key} is there twice`);
    found.set(key, value);
  };
  for (const metric of metrics) {
    const name = nameAt(metric);
    for (const { attributes, asDouble = 0 } of [
      ...(metric.gauge?.dataPoints ?? []),
      ...(metric.sum?.dataPoints ?? []),
    ])
      put(name, attributesIn(attributes), asDouble);
    for (const point of metric.histogram?.dataPoints ?? []) {
      const labels = attributesIn(point.attributes);
      let total = 0;
      for (const [index, count] of (point.bucketCounts ?? []).entries()) {
        total += Number(count);
        const bound = point.explicitBounds?.[index];
        const le = bound === undefined ? '+Inf' : Number.isInteger(bound) ? `${bound}.0` : String(bound);
        put(`${name}_bucket`, { ...labels, le }, total);
      }
      put(`${name}_sum`, labels, point.sum ?? NaN);
      put(`${name}_count`, labels, Number(point.count));
    }
  }
  return found;
}

/** The same of a scrape: a label without a value is none, and a value that is no number is left out. */
export function scrapedSeries(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', , labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === '' || /^nan$/i.test(value)) continue;
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, key = '', quoted = '']) => [key, JSON.parse(`"${quoted}"`) as string] as const,
    );
    found.set(seriesName(name, Object.fromEntries(pairs.filter(([, text0]) => text0 !== ''))), Number(value));
  }
  return found;
}
