import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { catalogue } from '../../src/metrics/catalogue.js';
import { modelAddress } from '../../src/page/page-address.js';

interface Link {
  readonly url: string;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly links?: readonly Link[] };
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly links: readonly Link[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[];
  };
}

const folder = 'deploy/grafana/dashboards';
const dashboards = readdirSync(folder).map(
  (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Dashboard,
);
const panels = dashboards.flatMap((dashboard) => dashboard.panels);
/** Expressions as Grafana sends them, with its variables filled in. */
const expressions = panels
  .flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
  .map(({ title, expr }) => ({
    title,
    expr: expr
      .replaceAll('$__rate_interval', '5m')
      .replaceAll(/\$(?:instance|model|job)/g, '.*')
      .replaceAll('$window', '30d'),
  }));

const hasPromtool = spawnSync('promtool', ['--version']).status === 0 || process.env.CI === 'true';
if (!hasPromtool) {
  process.stderr.write('SKIPPED: promtool is not installed, so the dashboard was not parsed with it\n');
}

describe('dashboard', () => {
  (hasPromtool ? it : it.skip)('has only expressions that Prometheus accepts', () => {
    const rules = expressions.map(({ expr }, index) => ({ record: `panel:expression:${index}`, expr }));
    const directory = mkdtempSync(join(tmpdir(), 'modelpulse-dashboard-'));
    const file = join(directory, 'rules.yml');
    writeFileSync(file, stringify({ groups: [{ name: 'panels', rules }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    rmSync(directory, { recursive: true });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${expressions.length} rules found`);
  });

  it('uses only existing metrics', () => {
    const families = catalogue().flatMap(({ name, type }) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    );
    const known = new Set([...families, 'process_resident_memory_bytes', 'process_cpu_seconds_total']);
    for (const { title, expr } of expressions) {
      const asked = expr.match(/\b(?:modelpulse|process)_\w+/g) ?? [];
      expect([title, asked.filter((name) => !known.has(name))]).toEqual([title, []]);
      expect(asked).not.toEqual([]);
    }
  });

  it('shows coverage beside every uptime', () => {
    for (const { title, targets = [] } of panels) {
      const text = targets.map(({ expr }) => expr).join(' ');
      if (text.includes('uptime_ratio'))
        expect([title, text]).toEqual([title, expect.stringContaining('coverage_ratio')]);
    }
  });

  it('links from each series and row of a model to the page of that model', () => {
    const odd = 'a+b:c#d?e%2F&ü';
    /** The address as Grafana makes it of its own variables: `percentencode` is encodeURIComponent. */
    const opened = ({ url }: Link, variable: string): string =>
      url
        .replace('${modelpulse:raw}', 'https://pulse.example.com')
        .replace(`\${${variable}:percentencode}`, encodeURIComponent(odd));
    const linksOf = ({ fieldConfig }: Panel): string[] => {
      const ofRows = (fieldConfig?.overrides ?? [])
        .filter(({ matcher }) => matcher.options === 'Model')
        .flatMap(({ properties }) => properties.filter(({ id }) => id === 'links'))
        .flatMap(({ value }) => value as Link[]);
      return [
        ...(fieldConfig?.defaults.links ?? []).map((link) => opened(link, '__field.labels.model')),
        ...ofRows.map((link) => opened(link, '__value.raw')),
      ];
    };
    const ofModels = panels.filter(
      ({ type, targets = [] }) =>
        type === 'table' || targets.some(({ legendFormat }) => legendFormat.includes('{{model}}')),
    );
    expect(ofModels.length).toBeGreaterThan(4);
    for (const panel of ofModels)
      expect([panel.title, linksOf(panel)]).toEqual([
        panel.title,
        [`https://pulse.example.com${modelAddress(odd)}`],
      ]);
  });

  it('links to the overview, at an address that no reader can change', () => {
    for (const { links, templating } of dashboards) {
      expect(links).toContainEqual(expect.objectContaining({ type: 'link', url: '${modelpulse:raw}/' }));
      // The overview may ask for a token: a variable in the address of the dashboard could lead to somebody else's form.
      expect(templating.list).toContainEqual(
        expect.objectContaining({
          name: 'modelpulse',
          type: 'constant',
          query: 'http://127.0.0.1:9464',
          skipUrlSync: true,
        }),
      );
    }
  });

  it('has panels with unique ids and without overlap', () => {
    for (const { panels: all } of dashboards) {
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      const places = all.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`),
      );
      expect(new Set(places).size).toBe(places.length);
      for (const { gridPos } of all) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
  });
});
