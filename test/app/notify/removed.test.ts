import { describe, expect, it } from '@jest/globals';
import type { RunningDaemon } from '../process.js';
import { promptId, useSite } from '../registry.js';
import { accept, createReceiver } from './receiver.js';
import { inFull } from '../../slow.js';

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly last_error: string | null;
  readonly kind: string;
}

const listed = async (daemon: RunningDaemon, query: string): Promise<Listed[]> =>
  ((await daemon.get(`/api/v1/notifications?${query}`)).json() as { items: Listed[] }).items;

const site = useSite();

/** A receiver that takes nothing on /away until it is told to. */
async function createPlace() {
  let isAway = true;
  const receiver = createReceiver((response, { path }) => {
    if (path === '/away' && isAway) response.writeHead(500).end();
    else accept(response);
  });
  const { port } = await site().serve(receiver.listener);
  const hook = (path: string): object => ({ webhook: { url: `http://127.0.0.1:${port}/${path}` } });
  const both = { away: hook('away'), good: hook('good') };
  return {
    receiver,
    configure: (channels: object): string =>
      site().configure([site().model('bad-key', { id: promptId })], {
        notifications: { channels, group: { wait: '0s', update_every: '1s' } },
      }),
    both,
    good: { good: both.good },
    returns: () => void (isAway = false),
  };
}

describe('a channel that is removed', () => {
  it('has its messages dead, and is told of what is open when it is there again', async () => {
    const { configure, both, good, receiver, returns } = await createPlace();
    const daemon = await site().daemon(configure(both));
    await daemon.line(({ msg, channel }) => msg.startsWith('notification failed') && channel === 'away');
    configure(good);
    expect((await daemon.post('/-/reload')).status).toBe(200);
    await daemon.line(
      ({ msg, channel }) => msg.startsWith('channel is no longer configured') && channel === 'away',
    );
    const [dead, ...none] = await listed(daemon, 'channel=away');
    expect([dead, none]).toMatchObject([{ state: 'dead', last_error: 'the channel was removed' }, []]);
    expect(await listed(daemon, 'failed=true')).toMatchObject([{ id: dead!.id }]);
    const { status, text } = await daemon.post(`/api/v1/notifications/${dead!.id}/replay`);
    expect([status, text]).toEqual([409, expect.stringContaining('unknown_channel')]);

    returns();
    configure(both);
    expect((await daemon.post('/-/reload')).status).toBe(200);
    const again = await receiver.until(({ path, json }) => path === '/away' && json().data.id !== dead!.id);
    expect(again.json().data).toMatchObject({ kind: 'problem', members: [{ model: promptId, ended: null }] });
    expect(await listed(daemon, 'channel=away&state=dead')).toMatchObject([{ id: dead!.id }]);
  });

  inFull('is found at a start without the section', async () => {
    const { configure, both } = await createPlace();
    const daemon = await site().daemon(configure(both));
    await daemon.line(({ msg, channel }) => msg.startsWith('notification failed') && channel === 'away');
    daemon.child.kill('SIGTERM');
    await daemon.ended;
    const second = await site().daemon(site().configure([site().model('bad-key', { id: promptId })]));
    await second.line(
      ({ msg, channel }) => msg.startsWith('channel is no longer configured') && channel === 'away',
    );
    expect(await listed(second, 'state=pending')).toEqual([]);
  });
});

inFull('a model that was removed while it was down, and is back, is told again, and its end', async () => {
  const receiver = createReceiver((response) => accept(response));
  let isDown = true;
  const provider = await site().serve((request, response) => {
    request.resume().on('end', () => {
      if (isDown && request.url?.startsWith('/down/') === true)
        response.writeHead(500).end('{"error":{"message":"down"}}');
      else
        response
          .setHeader('content-type', 'application/json')
          .end('{"choices":[{"finish_reason":"stop","message":{"content":"Paris"}}]}');
    });
  });
  const { port } = await site().serve(receiver.listener);
  const model = (id: string): object => ({
    ...{
      id,
      provider: 'openai_compatible',
      model: 'm',
      base_url: `http://127.0.0.1:${provider.port}/${id}/v1`,
    },
    ...{ query: 'Capital of France?', schedule: { every: '1s' }, confirm: { failures: 1, successes: 1 } },
  });
  const configure = (...ids: string[]): string =>
    site().configure(ids.map(model), {
      notifications: {
        channels: { team: { webhook: { url: `http://127.0.0.1:${port}/team` } } },
        group: { wait: '0s', update_every: '1s' },
      },
    });
  const tells = (kind: string, after: string | null) =>
    receiver.until(({ json }) => {
      const { data } = json();
      return data.kind === kind && data.members.some((each) => each.model === 'down') && data.id !== after;
    });
  const daemon = await site().daemon(configure('down'));
  const first = (await tells('problem', null)).json().data;
  configure('other');
  expect((await daemon.post('/-/reload')).status).toBe(200);
  const removed = (await tells('resolved', null)).json().data;
  configure('down', 'other');
  expect((await daemon.post('/-/reload')).status).toBe(200);
  await receiver.until(({ json }) => {
    const { data } = json();
    const isBack = data.members.some((each) => each.model === 'down' && each.ended === null);
    return isBack && Number(data.id.split('-').at(-1)) > Number(removed.id.split('-').at(-1));
  });
  expect(first.members).toMatchObject([{ model: 'down', ended: null }]);
  isDown = false;
  await receiver.until(({ json }) => {
    const { data } = json();
    return data.id !== removed.id && data.kind === 'resolved' && data.open === 0;
  });
});
