import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { blames } from '../../src/domain/reason.js';
import { catalogue } from '../../src/metrics/catalogue.js';
import { command, createFolder } from '../app/process.js';
import { alertsIn, fileFor, fixture, groupsFor } from './rule-registry.js';

const committed = 'deploy/prometheus/rules/modelpulse.yml';

/** Names of series an expression or a text reads. */
function seriesIn(text: string): string[] {
  return text.match(/\bmodelpulse[_:][\w:]+/g) ?? [];
}

describe('the rules', () => {
  it('to deploy are those the registry of the fixtures gives: modelpulse rules -c test/fixtures/rules/registry.yaml', async () => {
    expect(readFileSync(committed, 'utf8')).toBe(await fileFor('registry.yaml'));
  });

  it('read only metrics that there are, and each that is recorded is read', async () => {
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

  it('say how urgent they are and who has to act, or read the latter from the series', async () => {
    for (const { alert, labels, expr } of alertsIn(await groupsFor('registry.yaml'))) {
      expect(['critical', 'warning', 'none']).toContain(labels.severity);
      const blamed = blames.some((blame) => blame === labels.blame);
      expect([alert, blamed || /status_info|unhealthy_reason/.test(expr)]).toEqual([alert, true]);
    }
  });

  it('leave out what no model asks for', async () => {
    const names = async (registry: string): Promise<string[]> =>
      alertsIn(await groupsFor(registry)).map(({ alert }) => alert);
    expect(await names('slow-registry.yaml')).toContain('ModelApiKeyDead');
    expect(await names('slow-registry.yaml')).not.toContain('ModelErrorBudgetBurn');
    expect(await names('slow-registry.yaml')).not.toContain('ModelTokenBudgetLow');
    expect(await names('plain-registry.yaml')).not.toContain('ModelApiKeyDead');
  });
});

describe('the runbook', () => {
  const page = readFileSync('docs/alerts.md', 'utf8');
  const entries = page.split('# Runbooks\n')[1]!.split(/^## /m).slice(1);

  it('has an entry for each alert, in their order, and no other', async () => {
    const alerts = new Set(alertsIn(await groupsFor('registry.yaml')).map(({ alert }) => alert));
    const names = entries.map((entry) => entry.split('\n', 1)[0]);
    expect([...names].sort()).toEqual([...alerts].sort());
  });

  it.each(entries)('says what it means, what to do first and what the likely cause is: %s', (entry) => {
    expect(entry).toMatch(/^\w+\n\n[A-Z][^]+\n\n- \*\*Do first:\*\* [^]+\n- \*\*Likely cause:\*\* /);
  });
});

describe('the inhibitions of the example for Alertmanager', () => {
  const { inhibit_rules: inhibitions } = parse(
    readFileSync('deploy/alertmanager/alertmanager.yml', 'utf8'),
  ) as { inhibit_rules: Record<'source_matchers' | 'target_matchers', string[]>[] };
  const matched = inhibitions.flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers]);

  it.each([...new Set(matched)].filter((matcher) => matcher.startsWith('alertname')))(
    'name alerts that there are: %s',
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
  it('prints rules on standard output, what they cannot do on standard error, and exits with 0', async () => {
    const { code, out, err } = await command(['rules', '--config', fixture('registry.yaml')]);
    expect({ code, out, err }).toEqual({ code: 0, out: readFileSync(committed, 'utf8'), err: '' });
  });

  it('takes links and labels from the configuration, and the address of the runbooks from the option first', async () => {
    const config = ['rules', '--config', fixture('slow-registry.yaml')];
    const { out } = await command(config);
    expect(out).toContain('runbook_url: https://wiki.example.com/alerts#modelunhealthy\n');
    expect(out).toContain(
      'link: https://pulse.example.com/models/api/v1/models/{{ $labels.model | urlquery }}\n',
    );
    expect(out).toContain('label "label_team"');
    expect(out).not.toMatch(/runbook: |docs\/alerts/);
    const other = await command([...config, '--runbook-url', 'https://example.com/{{ a }}']);
    expect(other.out).toContain('runbook_url: https://example.com/%7B%7B a }}#modelunhealthy\n');
  });

  it.each([
    'docs/alerts.md',
    'ftp://example.com',
    'https://user:pass@example.com',
    'https://example.com/?a=b',
  ])('refuses %s as the address of the runbooks', async (address) => {
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

  it('names a label of alert_labels that no model has', async () => {
    const folder = createFolder();
    const config = folder.write('labels.yaml', {
      server: { alert_labels: ['team', 'tema'] },
      models: [{ id: 'gpt', provider: 'openai', model: 'm', api_key: 'k', labels: { team: 'search' } }],
    });
    const { code, err } = await command(['rules', '--config', config]);
    folder.clean();
    expect({ code, err }).toEqual({ code: 0, err: 'server.alert_labels: no model has the label tema\n' });
  });

  it('never prints a secret', async () => {
    const { out } = await command(['rules', '--config', fixture('registry.yaml')]);
    expect(out).not.toMatch(/sk-test|bearer_token/);
  });

  it('exits with 2 when the configuration is wrong', async () => {
    const folder = createFolder();
    const { code, out } = await command(['rules', '--config', folder.write('bad.yaml', 'models: 1\n')]);
    folder.clean();
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});
