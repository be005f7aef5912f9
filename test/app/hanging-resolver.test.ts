import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { startDaemon } from './process.js';
import { useSite } from './registry.js';

const site = useSite();
const compiler = ['cc', 'c++'].find((name) => spawnSync(name, ['--version']).status === 0);
const preloadable = process.platform === 'linux' && compiler !== undefined;
if (!preloadable)
  process.stderr.write('SKIPPED: the test of a resolver that hangs needs Linux and a C compiler\n');
const onLinux = preloadable ? it : it.skip;

describe('a resolver that hangs', () => {
  onLinux(
    'does not keep a daemon that has stopped from ending',
    async () => {
      const { model, configure, folder } = site();
      const library = `${folder.path}/hang.so`;
      const source = new URL('hanging-resolver.c', import.meta.url).pathname;
      execFileSync(compiler!, ['-shared', '-fPIC', '-o', library, '-x', 'c', source, '-ldl']);
      const flag = folder.write('hangs', '');
      const lost = model('lost', { base_url: 'http://provider.hangs/v1', timeout: '300ms' });
      const config = configure([model('healthy'), lost], {
        server: { listen: '127.0.0.1:0', shutdown_grace: '300ms' },
      });
      const running = await startDaemon(config, { LD_PRELOAD: library, HANG_WHILE: flag });
      try {
        // It is given up by its deadline, while the look-up goes on.
        const checked = await running.post('/api/v1/models/lost/check');
        // Unknown, where the machine is so busy that the monitor stood still.
        expect((checked.json() as { outcome: string }).outcome).toMatch(/^(unhealthy|unknown)$/);
        running.child.kill('SIGTERM');
        expect(await running.ended).toBe('SIGTERM');
        expect(running.lines.slice(-2)).toMatchObject([
          { msg: 'stopped' },
          { level: 40, msg: 'a look-up of a name hangs; the process ends by a signal', signal: 'SIGTERM' },
        ]);
      } finally {
        rmSync(flag, { force: true });
        running.child.kill('SIGKILL');
      }
    },
    30_000,
  );
});
