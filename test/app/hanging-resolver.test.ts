import { describe, expect } from '@jest/globals';
import { itPreloaded, preload } from './preload.js';
import { startDaemon } from './process.js';
import { useSite } from './registry.js';

const site = useSite();
const onLinux = itPreloaded('a resolver that hangs');

describe('hanging resolver', () => {
  onLinux(
    'does not keep a stopped daemon from exiting',
    async () => {
      const { model, configure, folder } = site();
      const lost = model('lost', { base_url: 'http://provider.hangs/v1', timeout: '300ms' });
      const config = configure([model('healthy'), lost], {
        server: { listen: '127.0.0.1:0', shutdown_grace: '300ms' },
      });
      const { environment, hang, release } = preload('hanging-resolver.c', folder);
      // From the beginning, so that no name is really looked up.
      hang();
      const running = await startDaemon(config, environment);
      try {
        // It is given up by its deadline, while the look-up goes on.
        const checked = await running.post('/api/v1/models/lost/check');
        // Unknown, where the machine is so busy that the monitor stood still.
        expect((checked.json() as { outcome: string }).outcome).toMatch(/^(unhealthy|unknown)$/);
        running.child.kill('SIGTERM');
        expect(await running.ended).toBe('SIGTERM');
        expect(running.lines.slice(-2)).toMatchObject([
          { msg: 'stopped' },
          { level: 40, msg: 'DNS lookup does not return; the process ends by a signal', signal: 'SIGTERM' },
        ]);
      } finally {
        release();
        running.child.kill('SIGKILL');
      }
    },
    30_000,
  );
});
