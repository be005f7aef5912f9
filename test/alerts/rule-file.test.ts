import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { blames } from '../../src/domain/reason.js';
import { catalogue } from '../../src/metrics/catalogue.js';
import { command, createFolder } from '../app/process.js';
import { alertsIn, fileFor, fixture, groupsFor } from './rule-registry.js';
import { inFull, some } from '../slow.js';

const committed = 'deploy/prometheus/rules/modelpulse.yml';

/** Names of series an expression or a text reads. */
function seriesIn(text: string): string[] {
  return text.match(/\bmodelpulse[_:][\w:]+/g) ?? [];
}

describe('alert rules', () => {
  it('in deploy match the generated ones: modelpulse rules -c test/fixtures/rules/registry.yaml', async () => {
    expect(readFileSync(committed, 'utf8')).toBe(await fileFor('registry.yaml'));
  });

  it('use only existing metrics, and use every recorded one', async () => {
    const groups = await groupsFor('registry.yaml');
    const rules = groups.flatMap(({ rules }) => rules);
    const recorded = rules.flatMap((rule) => ('record' in rule ? [rule.record] : []));
    const exposed = catalogue().flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_count`] : [name],
    );
    const read = new Set(rules.flatMap(({ expr }) => seriesIn(expr)));
    for (const alert of alertsIn(groups))
      seriesIn(alert.annotations.description).forEach((name) => read.add(name));
    expect([...read].filter((name) => ![...exposed, ...recorded].includes(name))).toEqual([]);
    expect(recorded.filter((name) => !read.has(name))).toEqual([]);
  });

  it('have a severity and a blame, or take the blame from the series', async () => {
    for (const { alert, labels, expr } of alertsIn(await groupsFor('registry.yaml'))) {
      expect(['critical', 'warning', 'info', 'none']).toContain(labels.severity);
      const blamed = blames.some((blame) => blame === labels.blame);
      expect([alert, blamed || /status_info|unhealthy_reason/.test(expr)]).toEqual([alert, true]);
    }
  });

  it('exclude alerts that no model needs', async () => {
    const names = async (registry: string): Promise<string[]> =>
      alertsIn(await groupsFor(registry)).map(({ alert }) => alert);
    expect(await names('slow-registry.yaml')).toContain('ModelApiKeyDead');
    expect(await names('slow-registry.yaml')).not.toContain('ModelErrorBudgetBurn');
    expect(await names('slow-registry.yaml')).not.toContain('ModelTokenBudgetLow');
    expect(await names('plain-registry.yaml')).not.toContain('ModelApiKeyDead');
  });
});

describe('runbook', () => {
  const page = readFileSync('docs/alerts.md', 'utf8');
  const entries = page.split('# Runbooks\n')[1]!.split(/^## /m).slice(1);

  it('has exactly one entry for each alert', async () => {
    const alerts = new Set(alertsIn(await groupsFor('registry.yaml')).map(({ alert }) => alert));
    const names = entries.map((entry) => entry.split('\n', 1)[0]);
    expect([...names].sort()).toEqual([...alerts].sort());
  });

  it.each(entries)('has the meaning, first steps and likely cause: %s', (entry) => {
    expect(entry).toMatch(/^\w+\n\n[A-Z][^]+\n\n- \*\*Do first:\*\* [^]+\n- \*\*Likely cause:\*\* /);
  });
});

describe('inhibitions in the Alertmanager example', () => {
  const { inhibit_rules: inhibitions } = parse(
    readFileSync('deploy/alertmanager/alertmanager.yml', 'utf8'),
  ) as { inhibit_rules: Record<'source_matchers' | 'target_matchers', string[]>[] };
  const matched = inhibitions.flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers]);

  it.each([...new Set(matched)].filter((matcher) => matcher.startsWith('alertname')))(
    'refer to existing alerts: %s',
    async (matcher) => {
      const pattern = matcher.replace(/^alertname =~? "?/, '').replace(/"$/, '');
      const alerts = alertsIn(await groupsFor('registry.yaml')).map(({ alert }) => alert);
      // Each word of an alternation must stand for an alert.
      const [, before = '', inner] = /^(\w*)\(([^)]+)\)$/.exec(pattern) ?? [];
      const patterns =
        inner === undefined ? pattern.split(/\|(?![^(]*\))/) : inner.split('|').map((end) => before + end);
      for (const one of patterns) {
        expect(alerts.filter((alert) => new RegExp(`^(?:${one})$`).test(alert))).not.toEqual([]);
      }
    },
  );
});

describe('modelpulse rules', () => {
  it('prints rules on standard output and limitations on standard error, and exits with 0', async () => {
    const { code, out, err } = await command(['rules', '--config', fixture('registry.yaml')]);
    expect({ code, out, err }).toEqual({ code: 0, out: readFileSync(committed, 'utf8'), err: '' });
  });

  inFull(
    'reads links and labels from the configuration, and prefers the runbook address of the option',
    async () => {
      const config = ['rules', '--config', fixture('slow-registry.yaml')];
      const { out } = await command(config);
      expect(out).toContain('runbook_url: https://wiki.example.com/alerts#modelunhealthy\n');
      expect(out).toContain('link: https://pulse.example.com/models/models/{{ $labels.model | urlquery }}\n');
      expect(out).toContain('label "label_team"');
      expect(out).not.toMatch(/runbook: |docs\/alerts/);
      const other = await command([...config, '--runbook-url', 'https://example.com/{{ a }}']);
      expect(other.out).toContain('runbook_url: https://example.com/%7B%7B a }}#modelunhealthy\n');
    },
  );

  const unfit = [
    'docs/alerts.md',
    'ftp://example.com',
    'https://user:pass@example.com',
    'https://example.com/?a=b',
  ];
  it.each(some(unfit, 1))('rejects %s as the runbook address', async (address) => {
    const { code, out, err } = await command([
      'rules',
      '-c',
      fixture('registry.yaml'),
      '--runbook-url',
      address,
    ]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('--runbook-url');
  });

  inFull('reports a label in alert_labels that no model has', async () => {
    const folder = createFolder();
    const config = folder.write('labels.yaml', {
      server: { alert_labels: ['team', 'tema'] },
      models: [{ id: 'gpt', provider: 'openai', model: 'm', api_key: 'k', labels: { team: 'search' } }],
    });
    const { code, err } = await command(['rules', '--config', config]);
    folder.clean();
    expect({ code, err }).toEqual({ code: 0, err: 'server.alert_labels: no model has the label tema\n' });
  });

  inFull('never prints a secret', async () => {
    const { out } = await command(['rules', '--config', fixture('registry.yaml')]);
    expect(out).not.toMatch(/sk-test|bearer_token/);
  });

  inFull('exits with 2 for an invalid configuration', async () => {
    const folder = createFolder();
    const { code, out } = await command(['rules', '--config', folder.write('bad.yaml', 'models: 1\n')]);
    folder.clean();
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});
