import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** A message of Alertmanager with the name of its receiver. */
export interface Message {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly {
    status: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  }[];
}

/** Starts a receiver of webhooks. */
export async function startReceiver(listen: (server: Server) => Promise<string>) {
  const arrived = new EventEmitter();
  const messages: Message[] = [];
  const url = await listen(
    createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        messages.push({ ...(JSON.parse(body) as Message), receiver: (request.url ?? '').slice(1) });
        response.end();
        arrived.emit('message');
      });
    }),
  );
  return {
    url,
    messages,
    async message(fits: (message: Message) => boolean): Promise<Message> {
      for (;;) {
        const found = messages.find(fits);
        if (found !== undefined) return found;
        await once(arrived, 'message');
      }
    },
  };
}
