import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/read/load.js';
import { capabilities, directoryOf, load, problemsOf } from './loading.js';

const model = 'models: [{ id: a, provider: openai, model: m, api_key: k }]';
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const full = `notifications:
  channels:
    team: { slack: { url: 'https://hooks.slack.com/services/T0/B0/secretslack' }, timezone: Europe/Berlin }
    oncall: { pagerduty: { routing_key: secretrouting } }
    mail: { email: { smtp: 'smtps://user:secretsmtp@mail.example.com', from: a@example.com, to: [b@example.com] } }
    hook: { webhook: { url: 'https://example.com/secrethook', secret: ${secret} }, proxy: 'http://u:secretproxy@proxy:3128' }
    am: { webhook: { url: 'https://example.com/am', format: alertmanager } }
    chat: { telegram: { token: '123:secrettokenaaaaaaaaaaaa', chat_id: -100123 } }
    push: { ntfy: { url: 'https://ntfy.sh/secrettopic', token: tk_secretntfy } }
    card: { teams: { url: 'https://example.com/secretteams' } }
    talk: { discord: { url: 'https://discord.com/api/webhooks/1/secretdiscord' } }
    many: { apprise: { url: 'http://apprise:8000/notify/secretkey', tag: ops } }
  routes:
    - { match: { blame: [account, config] }, to: [team], continue: true }
    - { match: { labels: { tier: gold }, state: [unhealthy] }, to: [oncall, team], repeat_every: 4h }
    - { match: {}, to: [mail, hook, am, chat, push, card, talk, many] }
  group: { by: [provider, label.team], wait: 30s, update_every: 10m }
  limits: { per_channel: 5 per 10m, per_model: 4 per 2h }
  quiet: [{ cron: '0 22 * * *', timezone: Europe/Berlin, duration: 9h, except: [] }]
  tell: { degraded: false, maintenance: true }
  heartbeat: { url: 'https://hc.example.com/ping/secretbeat', every: 2m }
${model}
`;

async function problemsIn(text: string) {
  const directory = await directoryOf({ 'main.yaml': text });
  return problemsOf(join(directory, 'main.yaml'), {}, directory);
}

const channel = 'c: { slack: { url: https://example.com/x } }';

describe('notifications', () => {
  it('are none without the section', async () => {
    expect((await load(`${model}\n`)).settings.notifications).toBeNull();
  });

  it('go to all channels without routes', async () => {
    const { settings } = await load(`notifications: { channels: { ${channel} } }\n${model}\n`);
    expect(settings.notifications).toMatchObject({
      routes: [{ to: ['c'], goesOn: false, repeatMs: null, match: { blame: null, labels: {} } }],
      group: { by: ['provider', 'blame', 'reason'], waitMs: 20_000, updateMs: 300_000 },
      limits: {
        perChannel: { count: 20, windowMs: 600_000 },
        perModel: { count: 6, windowMs: 3_600_000 },
      },
      tell: { afterMs: { unhealthy: 0, degraded: 900_000, unknown: 900_000, maintenance: null } },
      heartbeat: null,
    });
  });

  it('are shown without secrets, as a configuration that gives the same', async () => {
    const loaded = await load(full);
    const shown = stringify(loaded.effective());
    expect(shown).not.toMatch(/secret[a-z]/);
    expect(shown).not.toContain(secret);
    const again = full.slice(full.indexOf('  routes:'), full.indexOf('  heartbeat:'));
    expect(again).toContain('per_model: 4 per 2h');
    expect(shown).toContain('per_model: 4 per 2h');
    expect(shown).toContain('per_channel: 5 per 10m');
  });

  it.each([
    [
      'two receivers',
      '{ slack: { url: https://a.b }, ntfy: { url: https://a.b/t } }',
      /channels\.c: must have exactly one/,
    ],
    ['no receiver', '{ timezone: UTC }', /channels\.c: must have exactly one receiver/],
    ['an unknown one', '{ pager: {} }', /channels\.c\.pager/],
    ['a scheme', '{ slack: { url: "ftp://secretslack" } }', /slack\.url: must be an address that begins/],
    ['a short secret', '{ webhook: { url: https://a.b, secret: whsec_secretx } }', /secret.*: must be/],
    [
      'a secret without its padding',
      '{ webhook: { url: https://a.b, secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS } }',
      /secret: must be .* with the "=" at its end/,
    ],
    ['a topic', '{ ntfy: { url: https://ntfy.sh } }', /ntfy\.url: must end in a topic/],
    ['a mail server', '{ email: { smtp: "mail:secretsmtp", from: a@b.c, to: [a@b.c] } }', /smtp: must be/],
  ])('names %s that is wrong, without showing it', async (_, written, expected) => {
    const problems = await problemsIn(`notifications: { channels: { c: ${written} } }\n${model}\n`);
    expect(problems.join('\n')).toMatch(expected);
    expect(problems.join('\n')).not.toMatch(/secret[a-z]/);
  });

  it.each([
    ['a route to nowhere', 'routes: [{ to: [d] }]', /routes\[0\]\.to\[0\]: "d" is no channel; there is c/],
    ['an unreachable route', 'routes: [{ to: [c] }, { to: [c] }]', /routes\[0\]\.match: fits everything/],
    ['a limit', 'limits: { per_channel: 20 each hour }', /per_channel: must be a limit such as 20 per 10m/],
    ['a limit of none', 'limits: { per_channel: 0 per 10m }', /per_channel: must allow at least 1/],
    ['a group', 'group: { by: [colour] }', /group\.by\[0\]: must be provider/],
  ])('names %s', async (_, written, expected) => {
    const text = `notifications: { channels: { ${channel} }, ${written} }\n${model}\n`;
    expect((await problemsIn(text)).join('\n')).toMatch(expected);
  });

  it('have TLS files beside the configuration, which must be there and belong together', async () => {
    const tls = (members: string): string =>
      `notifications: { channels: { c: { slack: { url: https://example.com/x }, tls: { ${members} } } } }\n${model}\n`;
    const directory = await directoryOf({ 'main.yaml': tls('ca_file: ca.pem'), 'ca.pem': 'x' });
    const { settings, files } = await loadConfig(join(directory, 'main.yaml'), {}, capabilities);
    const caFile = join(directory, 'ca.pem');
    expect(settings.notifications?.channels[0]?.tls).toEqual({ caFile, insecure: false });
    expect(files).toContain(caFile);
    expect(await problemsIn(tls('ca_file: none.pem'))).toEqual([
      expect.stringMatching(
        /^main\.yaml:1:\d+: notifications\.channels\.c\.tls\.ca_file: .*none\.pem: no such file$/,
      ),
    ]);
    expect(await problemsIn(tls('key_file: main.yaml'))).toEqual([
      expect.stringMatching(/notifications\.channels\.c\.tls\.key_file: needs "cert_file" beside it$/),
    ]);
  });
});
