import type { CheckResult } from '../../src/domain/result.js';
import { readAt, usePastSite, type PastSite } from './past-site.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const iso = (ms: number): string => new Date(ms).toISOString();

/** An id as those of providers are, too long for a phone. */
export const longId = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0-fallback-for-batch-summaries';

const openai = { provider: 'openai', api_key: 'sk-test-0123456789abcdef' };
const anthropic = { provider: 'anthropic', api_key: 'sk-ant-test-0123456789abcdef' };
const own = { base_url: 'http://10.0.4.12:8000/v1', api_key: 'k-0123456789abcdef' };

const models = [
  {
    id: 'outage',
    provider: 'openai',
    api_keys: ['sk-test-0123456789abcdef', 'sk-test-abcdef0123456789'],
    model: 'gpt-4o-mini',
    probe: 'chat_stream',
    slow: { duration: '2500ms', first_token: '900ms' },
    rate_per_min: 30,
    slo: 0.995,
    labels: { team: 'search', tier: 'gold', name: 'Assistant' },
  },
  {
    ...{ id: 'bad-key', ...anthropic, model: 'claude-sonnet-4-5', slo: 0.99 },
    labels: { team: 'chat', tier: 'gold', name: 'Long documents' },
  },
  {
    ...{ id: 'hanging', ...own, model: 'llama-3.3-70b-instruct', timeout: '1s' },
    labels: { team: 'batch', tier: 'gold', name: 'Summaries' },
  },
  { id: 'slow', ...own, model: 'qwen-2.5-72b', slow: { duration: '600ms' }, labels: { team: 'batch' } },
  { id: 'rate-limited', ...openai, model: 'gpt-4o', slo: 0.999, labels: { team: 'search' } },
  { id: 'misspelt', ...openai, model: 'gpt-4-omni', labels: { team: 'chat' } },
  { id: 'keyless', ...own, model: 'whisper-large', labels: { team: 'platform' } },
  {
    ...{ id: 'starting', ...own, model: 'deepseek-r1', slo: 0.9 },
    labels: { team: 'platform', tier: 'gold', name: 'Reasoning' },
  },
  { id: 'healthy', ...openai, model: 'text-embedding-3-small', slo: 0.99, labels: { team: 'search' } },
  { id: 'flaky', ...own, model: 'whisper-large-v3', slo: 0.999, labels: { team: 'platform' } },
  {
    ...{ id: longId, ...anthropic, model: 'claude-sonnet-4-5-20250929', slo: 0.99 },
    labels: { team: 'batch', tier: 'gold', name: 'Translations of very long documents, nightly' },
  },
];

const maintenance = [
  {
    ...{ from: iso(readAt - hour), to: iso(readAt + 2 * hour), models: [longId] },
    reason: 'The region moves to new hosts.',
  },
  {
    from: iso(readAt + 2 * day),
    to: iso(readAt + 2 * day + 3 * hour),
    models: ['bad-key'],
    reason: 'New hosts',
  },
];

const announcements = [
  {
    title: 'Black Friday: no changes until Monday',
    text: 'We freeze all configuration from Thursday evening on.\n\nQuestions: status@example.com, or https://example.com/freeze',
    from: iso(readAt - 20 * hour),
  },
];
const gold = { models: { labels: { tier: 'gold' } }, access: 'public', name_by: 'name', group_by: 'team' };
/** Languages that have texts of their own. */
export const languages = ['en', 'de', 'fr', 'es', 'ja', 'zh'] as const;
/** A page with something of everything. */
const statusPage = {
  ...{ path: '/status', title: 'Example status', ...gold, announcements, theme: { accent: '#0a7' } },
  show: { reasons: true, latency: true, uptime: ['30d', '90d'] },
  frame_ancestors: ['self'],
};
/** Pages of every kind. */
export const statusPages = [
  statusPage,
  {
    ...{ path: '/well', title: 'Search', access: 'public', show: { ids: true } },
    models: { ids: ['healthy', 'flaky', 'outage'] },
  },
  { path: '/closed', title: 'For customers', ...gold, access: 'password', password: 'a password' },
  ...languages.map((locale) => ({ ...statusPage, path: `/in-${locale}`, locale })),
];

const answer: Partial<CheckResult> = {
  durationMs: 812.4,
  firstTokenMs: 214,
  phases: { dns: 1.6, tcp: 11.2, tls: 24.9, request: 0.8, first_byte: 214, download: 559.9 },
  response: 'The capital of India is New Delhi.',
  responseModel: 'gpt-4o-mini-2024-07-18',
  systemFingerprint: 'fp_0705bf87c0',
  rateLimitRemaining: { requests: 9_412, tokens: 1_893_000 },
  certificateExpiresAt: readAt + 48 * day,
};
const failing = { response: null, usage: null, phases: { dns: 1.2, tcp: 12, tls: 31, first_byte: 88 } };

/** What the last checks found, and what operators wrote. */
async function liveCast(site: PastSite): Promise<void> {
  for (const secondsAgo of [196, 136, 76, 16])
    await site.check('outage', secondsAgo, { ...answer, keyIndex: (secondsAgo / 60) & 1 });
  for (const secondsAgo of [76, 16])
    await site.check('bad-key', secondsAgo, {
      ...failing,
      ...{ outcome: 'unhealthy', reason: 'auth_failed', httpStatus: 401, keyIndex: null },
      detail: 'HTTP 401 authentication_error: invalid x-api-key',
    });
  await site.check('slow', 16, {
    ...{ outcome: 'degraded', reason: 'slow', durationMs: 4_120, detail: 'took 4120 ms, over 600 ms' },
  });
  const [incident] = await site.store.incidents({ named: 'bad-key', open: true, limit: 1 });
  site.setClock(readAt - 95 * minute);
  await site.annotations.note(incident?.id ?? 0, {
    author: 'Noa, on call',
    text: 'The key was rotated at 06:30 and the new one never reached the vault.\nTicket OPS-1482 is with the platform team.',
  });
  site.setClock(readAt - 12 * minute);
  await site.annotations.note(incident?.id ?? 0, {
    author: null,
    text: 'A new key is on its way: https://vault.example.com/keys/claude',
  });
  const [closed] = await site.store.incidents({ named: 'outage', limit: 1 });
  if (closed !== undefined) {
    site.setClock(closed.openedAt + 2 * hour);
    await site.annotations.note(closed.id, {
      author: 'Ann',
      text: 'OpenAI confirmed it: https://status.openai.com/incidents/01',
    });
    await site.annotations.exclude('outage', {
      from: closed.openedAt,
      to: closed.openedAt + 10 * minute,
      reason: 'We tested the failover in these minutes, as agreed with the search team.',
    });
  }
  site.setClock(readAt - 5 * hour);
  await site.pauses.pause('starting');
  site.setClock(readAt);
}

/** A site with models in every state, and public pages over them. */
export const useCast = (pages: readonly object[] = [statusPage]): (() => PastSite) =>
  usePastSite({ models, maintenance, status_pages: pages }, liveCast);
