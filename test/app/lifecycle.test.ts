import { describe, expect, it } from '@jest/globals';
import { start } from './process.js';
import { useSite } from './registry.js';
import { inFull, slow } from '../slow.js';

const site = useSite();

describe('daemon lifecycle', () => {
  inFull('exits with 0 within the grace period on SIGTERM while checks hang', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('hang', { timeout: '60s' })], {
      server: { listen: '127.0.0.1:0', shutdown_grace: '300ms' },
    });
    const running = await daemon(config);
    const hung = running.post('/api/v1/models/hang/check').catch(() => undefined);
    await inFlight(running);
    const started = performance.now();
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(running.lines.at(-1)).toMatchObject({ msg: 'stopped' });
    await hung;
  });

  it('exits at once on another signal', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('hang', { timeout: '60s' })], {
      server: { listen: '127.0.0.1:0', shutdown_grace: '60s' },
    });
    const running = await daemon(config);
    void running.post('/api/v1/models/hang/check').catch(() => undefined);
    await inFlight(running);
    running.child.kill('SIGTERM');
    await running.line(({ msg }) => msg === 'stopping');
    running.child.kill('SIGINT');
    // 130, or a signal of its own where a thread is at work just then.
    expect([130, 'SIGKILL']).toContain(await running.ended);
    expect(running.lines.at(-1)).toMatchObject({ why: 'SIGINT came while it was stopping' });
  });

  it.each([
    ['a Ctrl-C from the terminal and from npm', 'SIGINT'],
    ['a SIGTERM to the process and to its group', 'SIGTERM'],
  ] as const)('counts %s as one signal; a later one ends it', async (_, signal) => {
    const { model, configure, daemon } = site();
    const stopping = async (shutdown_grace: string) => {
      const config = configure([model('hang', { timeout: '60s' })], {
        server: { listen: '127.0.0.1:0', shutdown_grace },
      });
      const running = await daemon(config);
      void running.post('/api/v1/models/hang/check').catch(() => undefined);
      await inFlight(running);
      running.child.kill(signal);
      await running.line(({ msg }) => msg === 'stopping');
      return running;
    };
    const twice = await stopping('500ms');
    twice.child.kill(signal);
    expect(await twice.ended).toBe(0);
    expect(twice.lines.at(-1)).toMatchObject({ msg: 'stopped' });
    if (!slow) return;
    const later = await stopping('60s');
    const again = setInterval(() => later.child.kill(signal), 200);
    expect([143, 130, 'SIGKILL']).toContain(await later.ended);
    clearInterval(again);
    expect(later.lines.at(-1)).toMatchObject({ why: `${signal} came while it was stopping` });
  });

  inFull('refuses a second daemon on the same database, in one sentence', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('healthy')]);
    await daemon(config);
    const second = start(['run', '--config', config]);
    expect(await second.ended).toBe(1);
    expect(second.errors()).toMatch(/^\S.*pulse\.db.*\n$/);
    expect(second.errors()).not.toContain('    at ');
  });

  inFull('reports the cause when the address is in use', async () => {
    const { model, configure, daemon, folder } = site();
    const first = await daemon(configure([model('healthy')]));
    const config = configure([model('healthy')], {
      server: { listen: new URL(first.url).host },
      storage: { path: `${folder.path}/other.db` },
    });
    const second = start(['run', '--config', config]);
    expect(await second.ended).toBe(1);
    expect(second.errors()).toMatch(/^cannot listen: .*EADDRINUSE.*\n$/);
  });

  it('is live and ready, and answers both probes without a token', async () => {
    const { model, configure, daemon } = site();
    const config = configure([model('healthy')], {
      server: { listen: '127.0.0.1:0', bearer_token: 'a-long-enough-token' },
    });
    const running = await daemon(config);
    expect((await running.get('/livez')).status).toBe(200);
    expect((await running.get('/readyz')).status).toBe(200);
    expect((await running.get('/metrics')).status).toBe(401);
  });
});

/** Resolves when a check is in flight. */
async function inFlight(running: { get(path: string): Promise<{ text: string }> }): Promise<void> {
  for (;;) {
    const { text } = await running.get('/metrics');
    if (/^modelpulse_checks_in_flight [1-9]/m.test(text)) return;
  }
}
