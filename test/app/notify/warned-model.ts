import { completion } from '../../checker/server.js';
import { until } from '../fleet-site.js';
import type { RunningDaemon } from '../process.js';
import { promptId, type Site } from '../registry.js';
import { accept, createReceiver } from './receiver.js';
import { fixedQuestion } from '../../checker/model.js';

/** Of one reply. */
const tokens = 22;

/** A model whose second key is refused, and a receiver of what is told of it. */
export async function startWarned(site: Site, storage: object) {
  const receiver = createReceiver(accept);
  const hook = await site.serve(receiver.listener);
  const provider = await site.serve((request, response) => {
    const isDead = request.headers.authorization === 'Bearer key-two';
    request.resume();
    const body = isDead ? '{"error":{"message":"no such key"}}' : completion('New Delhi');
    response.writeHead(isDead ? 401 : 200, { 'content-type': 'application/json' }).end(body);
  });
  const config = site.configure(
    [
      {
        ...{ id: promptId, provider: 'openai_compatible', model: 'm', api_keys: ['key-one', 'key-two'] },
        ...fixedQuestion,
        base_url: `http://127.0.0.1:${provider.port}/v1`,
        schedule: { every: '24h' },
        // Four replies are more than 80 % of it.
        budget: { tokens_per_day: Math.floor((4 * tokens) / 0.9) },
      },
    ],
    {
      ...storage,
      notifications: {
        channels: { hook: { webhook: { url: `http://127.0.0.1:${hook.port}/` } } },
        group: { wait: '0s', update_every: '1s' },
      },
    },
  );
  return { receiver, config };
}

export const check = async (daemon: RunningDaemon, times: number): Promise<void> => {
  // An instance that has not taken the model over yet refuses.
  for (let index = 0; index < times; index += 1)
    await until(
      () => daemon.post(`/api/v1/models/${promptId}/check`),
      ({ status }) => status === 200,
    );
};

export const isOf =
  (what: string) =>
  (request: { json: () => { data: { members: readonly { state: string }[] } } }): boolean =>
    request.json().data.members.some(({ state }) => state === what);
