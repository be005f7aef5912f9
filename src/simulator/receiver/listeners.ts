import type { ServerResponse } from 'node:http';

const mostListeners = 100;
/** ms in which changes are told as one. */
const pauseMs = 100;

/** Pages that wait for news, as the script of a page does. */
export function createListeners() {
  const open = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | null = null;
  return {
    add(response: ServerResponse): void {
      if (open.size >= mostListeners) {
        response.writeHead(503).end();
        return;
      }
      open.add(response);
      response.once('close', () => open.delete(response));
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(': open\n\n');
    },
    tell(): void {
      timer ??= setTimeout(() => {
        timer = null;
        for (const response of open) response.write('event: state\ndata: {}\n\n');
      }, pauseMs);
    },
    close(): void {
      if (timer !== null) clearTimeout(timer);
      for (const response of open) response.end();
    },
  };
}
