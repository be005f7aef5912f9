import { appendFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { openPostgresFleet } from '../../src/store/postgres/fleet/postgres-fleet.js';
import { silent } from '../store/samples.js';
import { withServer } from '../store/postgres/server.js';
import { fleetSite, ownOf, until } from './fleet-site.js';
import { useSite } from './registry.js';

withServer('a reload that waits for another instance', (server) => {
  const site = useSite();

  it('does not hold up the models of an instance that ends', async () => {
    const shared = await fleetSite(site(), server(), { models: 4, everySeconds: 1 });
    const first = await shared.start();
    const second = await shared.start();
    const other = await openPostgresFleet({
      url: shared.url,
      log: silent,
      gained: () => undefined,
      lost: () => undefined,
    });
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let isHeld = false;
    const held = other.withRegistry(() => {
      isHeld = true;
      return ended;
    });
    await until(() => Promise.resolve(isHeld), Boolean);
    const config = shared.write(shared.ids);
    appendFileSync(config, '\n# another\n');
    second.child.kill('SIGHUP');
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const own = await until(
      () => ownOf(second),
      (ids) => ids.length === 4,
      15,
    );
    expect(own).toEqual(shared.ids);
    end();
    await held;
    await second.line(({ msg }) => msg === 'configuration reloaded');
    await other.stop();
  }, 60_000);
});
