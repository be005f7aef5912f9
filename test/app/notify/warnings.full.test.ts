import { expect, it } from '@jest/globals';
import { withServer } from '../../store/postgres/server.js';
import { became, promptId, useSite } from '../registry.js';
import { check, isOf, startWarned } from './warned-model.js';

withServer('warnings of instances on one PostgreSQL', (server) => {
  const site = useSite();

  it('are told once, also where another instance takes the model over', async () => {
    const { receiver, config } = await startWarned(site(), { storage: { url: server().fresh() } });
    const first = await site().daemon(config);
    await first.line(became(promptId, 'healthy'));
    await check(first, 3);
    await receiver.until(isOf('key'));
    const second = await site().daemon(config);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    await check(second, 4);
    await receiver.until(isOf('budget'));
    expect(receiver.received.filter(isOf('key'))).toHaveLength(1);
  }, 60_000);
});
