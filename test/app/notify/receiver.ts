import { EventEmitter, once } from 'node:events';
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';

/** A request that came to a receiver. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => { readonly type: string; readonly data: Data };
}

interface Data {
  readonly id: string;
  readonly thread: string;
  readonly kind: string;
  readonly title: string;
  readonly open: number;
  readonly members: readonly {
    readonly model: string;
    readonly state: string;
    readonly since: string;
    readonly ended: string | null;
    readonly reason: string | null;
    readonly times: number;
  }[];
}

/** A receiver of webhooks, which answers as it is told and remembers what came. */
export function createReceiver(answer: (response: ServerResponse, request: Received) => void) {
  const received: Received[] = [];
  const events = new EventEmitter();
  const listener: RequestListener = (request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      const one = { path, headers, text, json: () => JSON.parse(text) as ReturnType<Received['json']> };
      received.push(one);
      answer(response, one);
      events.emit('received');
    });
  };
  return {
    listener,
    received,
    /** Resolves with the first request, past or future, that fits. */
    async until(fits: (request: Received) => boolean): Promise<Received> {
      for (;;) {
        const found = received.find(fits);
        if (found !== undefined) return found;
        await once(events, 'received');
      }
    },
  };
}

export const accept = (response: ServerResponse): void => {
  response.writeHead(204).end();
};
