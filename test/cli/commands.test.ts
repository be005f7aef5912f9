import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { command, start } from '../app/process.js';
import { became, useSite } from '../app/registry.js';
import { inFull } from '../slow.js';

const site = useSite();

describe('modelpulse check', () => {
  inFull('prints a table and exits with 0 when all models are healthy', async () => {
    const { model, configure } = site();
    const { code, out, err } = await command(['check', '--config', configure([model('healthy')])]);
    expect(out).toMatch(/MODEL\s+OUTCOME\s+REASON\s+BLAME\s+HTTP\s+TIME/);
    expect(out).toMatch(/healthy\s+healthy\s+ok\s+-\s+200/);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('prints results as JSON and exits with 1 when one is not healthy', async () => {
    const { model, configure } = site();
    const config = configure([model('healthy'), model('quota')]);
    const { code, out } = await command(['check', '--json', '--config', config]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { model: 'healthy', outcome: 'healthy', reason: 'ok', blame: null, recheck: false },
      { model: 'quota', outcome: 'unhealthy', reason: 'quota_exhausted', blame: 'account', http_status: 429 },
    ]);
  });

  inFull(
    'exits with 1 for unhealthy models only by default, or for the outcomes in --fail-on',
    async () => {
      const { model, configure } = site();
      const degraded = [model('wrong'), model('healthy')];
      const unknown = [model('healthy', { api_key: '${MISSING}' })];
      const unhealthy = [model('quota')];
      const codeOf = async (models: readonly object[], ...args: string[]) =>
        (await command(['check', ...args, '--config', configure(models)])).code;
      expect(await codeOf(degraded)).toBe(0);
      expect(await codeOf(unknown)).toBe(0);
      expect(await codeOf(unhealthy)).toBe(1);
      expect(await codeOf(degraded, '--fail-on', 'degraded')).toBe(1);
      expect(await codeOf(unknown, '--fail-on', 'degraded')).toBe(0);
      expect(await codeOf(unknown, '--fail-on', 'degraded, unknown')).toBe(1);
      expect(await codeOf(degraded, '--fail-on', 'unknown', '--fail-on', 'degraded')).toBe(1);
      expect(await codeOf(unhealthy, '--fail-on', 'unknown')).toBe(1);
    },
    60_000,
  );

  inFull('exits with 2 for an unknown outcome', async () => {
    const { code, err } = await command(['check', '--fail-on', 'degraded,bad']);
    expect(code).toBe(2);
    expect(err).toContain('Allowed are degraded, unhealthy, unknown.');
  });

  inFull('exits with 2 and lists the known models for an unknown model', async () => {
    const { model, configure } = site();
    const { code, out, err } = await command(['check', 'nobody', '--config', configure([model('healthy')])]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe('no model nobody in the registry; it has healthy\n');
  });

  inFull('does not open the database', async () => {
    const { model, configure, folder } = site();
    await command(['check', '--config', configure([model('healthy')])]);
    await expect(readFile(`${folder.path}/pulse.db`)).rejects.toThrow('ENOENT');
  });
});

describe('modelpulse', () => {
  inFull('exits without an error when its reader closes the pipe', async () => {
    const { child, ended, errors } = start(['schema']);
    child.stdout?.destroy();
    expect({ code: await ended, err: errors() }).toEqual({ code: 0, err: '' });
  });

  it('exits with 2 and reports all problems of an invalid configuration', async () => {
    const { folder } = site();
    const config = folder.write('bad.yaml', 'models:\n  - id: a\n    surprise: 1\n  - id: a\n');
    const { code, out, err } = await command(['validate', '--config', config]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.match(/bad\.yaml:\d+:\d+: /g)!.length).toBeGreaterThan(1);
    expect(err).not.toContain('    at ');
  });

  inFull(
    'exits with 2 and the location of a jq program that does not compile, on validate and run',
    async () => {
      const { folder } = site();
      const config = folder.write(
        'jq.yaml',
        [
          'models:',
          '  - { id: a, provider: custom, base_url: "http://127.0.0.1:9", custom_payload: { q: "{prompt}" },',
          '      custom_response_format: ".a[" }',
          '  - id: b',
          '    endpoint_configuration:',
          '      model_config:',
          '        model_provider: custom',
          '        endpoint_url: http://127.0.0.1:9',
          '        custom_payload: { q: "{prompt}" }',
          '        custom_response_format: .a | nosuch',
          '  - { id: c, provider: custom, base_url: "http://127.0.0.1:9", custom_payload: { q: "{prompt}" },',
          '      custom_response_format: .a }',
          '',
        ].join('\n'),
      );
      for (const name of ['validate', 'run']) {
        const { code, err } = await command([name, '--config', config]);
        expect(code).toBe(2);
        const found = err.match(/jq\.yaml:\d+:\d+: [^ ]+: does not compile: jq: \w+/g);
        expect(found?.map((line) => line.replace(/^.*models/, ''))).toHaveLength(2);
        expect(err).toContain('jq.yaml:3:');
        expect(err).toContain('jq.yaml:10:');
        expect(err).toContain('models[0].custom_response_format: does not compile: jq: syntax error');
      }
    },
  );

  inFull('exits with 2 for an unknown command', async () => {
    const { code, err } = await command(['chekc']);
    expect(code).toBe(2);
    expect(err).toContain("unknown command 'chekc'");
  });

  it('prints the effective configuration without its secrets', async () => {
    const { model, configure } = site();
    const config = configure([model('healthy')]);
    const { code, out } = await command(['config', '--config', config]);
    expect(code).toBe(0);
    expect(out).toContain('***');
    expect(out).not.toContain('0123456789abcdef');
    expect(out).toContain('query: challenge');
  });

  it('prints the committed schema', async () => {
    const { out } = await command(['schema']);
    expect(out).toBe(await readFile('config/modelpulse.schema.json', 'utf8'));
  });

  inFull('ships valid configurations', async () => {
    for (const config of ['config/modelpulse.yaml', 'config/demo.yaml']) {
      expect(await command(['validate', '--config', config])).toMatchObject({ code: 0 });
    }
  });

  inFull('reads the status from the database, whether the daemon runs or not', async () => {
    const { model, configure, daemon } = site();
    // What was seen holds for two intervals and this, so that it still does when the last command asks.
    const timeout = '60s';
    const config = configure([model('healthy', { timeout }), model('bad-key', { timeout })]);
    const missing = await command(['status', '--config', config]);
    expect(missing).toMatchObject({ code: 1, out: '' });
    const running = await daemon(config);
    await running.line(became('bad-key', 'unhealthy'));
    await running.line(became('healthy', 'healthy'));
    const during = await command(['status', '--config', config]);
    expect(during.out).toMatch(/bad-key\s+unhealthy\s+\S+\s+auth_failed\s+account/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    const after = await command(['status', '--json', '--config', config]);
    expect(JSON.parse(after.out)).toMatchObject([
      // Nobody watches any more: how soon that shows depends on how long the command takes.
      { model: 'healthy', reason: expect.stringMatching(/^(ok|not_watched)$/) as unknown },
      { model: 'bad-key', reason: 'auth_failed' },
    ]);
  });

  inFull('simulates a provider until it is stopped', async () => {
    const { child, ended } = start(['simulate', '--listen', '127.0.0.1:0'], {}, 'text');
    const [, url] = /base_url (\S+)/.exec(
      await new Promise((resolve) => child.stdout!.once('data', (chunk) => resolve(String(chunk)))),
    )!;
    expect((await fetch(`${url}/models`)).status).toBe(200);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  inFull('receives a sample of each channel, in the words of that, until it is stopped', async () => {
    const addresses = ['--listen', '127.0.0.1:0', '--receiver', '127.0.0.1:0'];
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const { line, child, ended } = start(['simulate', ...addresses, '--secret', secret], {}, 'text');
    const { msg } = await line((one) => one.msg.startsWith('receiver: '));
    const url = /http:\S+/.exec(msg)![0];
    const page = await (await fetch(url)).text();
    const examples = [...page.matchAll(/leads here">(\w+: [^<]+)/g)].map(([, text = '']) => text);
    expect(examples.length).toBe(9);
    const channels = examples.map((text, index) => `    c${index}: { ${text.replaceAll('&quot;', '"')} }`);
    channels.push(`    signed: { webhook: { url: '${url}/webhook', secret: ${secret} } }`);
    const config = site().folder.write(
      'receiver.yaml',
      `models: []\nnotifications:\n  channels:\n${channels.join('\n')}\n`,
    );
    for (const channel of channels) {
      const name = channel.trim().split(':')[0]!;
      const more = channel.includes('pagerduty') ? ', as an incident that is resolved at once' : '';
      expect(await command(['notify', 'test', name, '--config', config])).toEqual({
        ...{ code: 0, out: `${name}: sent${more}\n`, err: '' },
      });
    }
    const { items } = (await (await fetch(`${url}/_received`)).json()) as {
      items: { channel: string; taken: number; signature: string | null }[];
    };
    // PagerDuty is told of the end as well.
    expect(items.map(({ taken }) => taken)).toEqual(Array(11).fill(1));
    expect(
      items
        .filter(({ channel }) => channel === 'webhook')
        .map(({ signature }) => signature)
        .sort(),
    ).toEqual(['holds', 'missing']);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const refused = await command([
      'simulate',
      '--listen',
      '127.0.0.1:0',
      '--receiver',
      '--secret',
      'short!',
    ]);
    expect(refused).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^--secret: expected a secret/),
    });
  });
});
