import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { amount } from '../slow.js';
import { alertsIn, fileFor, fixture, groupsFor } from './rule-registry.js';

function isMissing(tool: string): boolean {
  const missing = spawnSync(tool, ['--version']).status !== 0 && process.env.CI !== 'true';
  if (missing)
    process.stderr.write(`SKIPPED: ${tool} is not installed, so the rules were not tried with it\n`);
  return missing;
}

const withPromtool = isMissing('promtool') ? it.skip : it;
const withAmtool = isMissing('amtool') ? it.skip : it;
const scenarios = readdirSync(fixture('')).filter((name) => name.endsWith('.yml'));

const folder = mkdtempSync(join(tmpdir(), 'modelpulse-rules-'));
beforeAll(async () => {
  const files = {
    'rules.yml': await fileFor('registry.yaml'),
    'slow-rules.yml': await fileFor('slow-registry.yaml'),
  };
  for (const [name, rules] of Object.entries(files)) {
    writeFileSync(join(folder, name), rules);
    for (const scenario of scenarios) {
      const text = readFileSync(fixture(scenario), 'utf8');
      if (!text.includes(`rule_files: [${name}]`)) continue;
      // promtool evaluates every rule at every step. The quick part has only the rules that decide the scenarios.
      const ownRules = `of-${scenario}`;
      writeFileSync(join(folder, ownRules), amount(rules, rulesNamedIn(text, rules)));
      writeFileSync(join(folder, scenario), text.replace(`[${name}]`, `[${ownRules}]`));
    }
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface RuleText {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
}

/** The rules that the text names, and those that these read. */
function rulesNamedIn(text: string, file: string): string {
  const { groups } = parse(file) as { groups: { rules: RuleText[] }[] };
  const texts = [text];
  const named = new Set<RuleText>();
  // Grows while it is read: a rule that is named may read others.
  for (const reading of texts) {
    const words = new Set(reading.match(/[\w:]+/g));
    for (const rule of groups.flatMap(({ rules }) => rules)) {
      if (named.has(rule) || !words.has(rule.alert ?? rule.record ?? '')) continue;
      named.add(rule);
      texts.push(rule.expr);
    }
  }
  return stringify({
    groups: groups.map((group) => ({ ...group, rules: group.rules.filter((rule) => named.has(rule)) })),
  });
}

function run(tool: string, ...args: string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

describe('alert rules', () => {
  withPromtool.each(['rules.yml', 'slow-rules.yml'])(
    'are valid and unique according to promtool: %s',
    (name) => {
      const { status, text } = run('promtool', 'check', 'rules', '--lint-fatal', join(folder, name));
      expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining('SUCCESS') });
    },
  );

  // Promtool takes up to seconds for each; the burn rates alone a third of the time.
  withPromtool.each(amount(scenarios, scenarios.filter((name) => name !== 'error-budget.yml').slice(0, 2)))(
    'fire exactly when expected: %s',
    (name) => {
      const { status, text } = run('promtool', 'test', 'rules', join(folder, name));
      expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining('SUCCESS') });
    },
    60_000,
  );

  it('each have a scenario that fires and one that does not', async () => {
    const texts = scenarios.map((name) => readFileSync(fixture(name), 'utf8')).join('\n');
    const alwaysFires = 'ModelpulseWatchdog';
    for (const { alert } of alertsIn(await groupsFor('registry.yaml'))) {
      expect(texts).toMatch(
        new RegExp(`(alertname: ${alert}\\n +eval_time: \\S+\\n +exp_alerts:\\n)|alertname="${alert}"`),
      );
      if (alert === alwaysFires) continue;
      expect(texts).toMatch(
        new RegExp(`alertname: ${alert}, eval_time: \\w+, exp_alerts: \\[\\]|alertname="${alert}"`),
      );
    }
  });
});

describe('deployment examples', () => {
  withPromtool('are valid for Prometheus', () => {
    const { status, text } = run(
      'promtool',
      'check',
      'config',
      '--syntax-only',
      'deploy/prometheus/prometheus.yml',
    );
    expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining('SUCCESS') });
  });

  withAmtool('are valid for Alertmanager', () => {
    const { status, text } = run('amtool', 'check-config', 'deploy/alertmanager/alertmanager.yml');
    expect({ status, text }).toEqual({ status: 0, text: expect.stringContaining('SUCCESS') });
  });

  withAmtool.each([
    ['provider', 'alertname=ModelUnhealthy', 'blame=provider', 'severity=critical'],
    ['account', 'alertname=ModelUnhealthy', 'blame=account', 'severity=critical'],
    ['account', 'alertname=ModelApiKeyDead', 'blame=account', 'severity=warning'],
    ['config', 'alertname=ModelpulseReloadFailed', 'blame=config', 'severity=warning'],
    ['network', 'alertname=ModelpulseConnectivityLost', 'blame=network', 'severity=critical'],
    ['monitor', 'alertname=ModelpulseDown', 'blame=monitor', 'severity=critical'],
    ['deadman', 'alertname=ModelpulseWatchdog', 'blame=monitor', 'severity=none'],
    ['monitor', 'alertname=SomethingElse'],
  ])('notify %s of %s', (receiver, ...labels) => {
    const { stdout } = spawnSync(
      'amtool',
      ['config', 'routes', 'test', '--config.file=deploy/alertmanager/alertmanager.yml', ...labels],
      { encoding: 'utf8' },
    );
    expect(stdout.trim()).toBe(receiver);
  });
});
