import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Listen } from '../config/listen.js';
import type { UpSettings } from '../config/up.js';
import { longestId } from '../domain/model.js';
import { agentAnswer, upAt } from '../domain/up.js';
import type { ModelView } from '../domain/view.js';

/** ms for a whole exchange; HAProxy itself waits for the interval of its checks. */
const usualDeadlineMs = 5_000;
/** Connections at once; a further one ends the oldest, which has been silent the longest: HAProxy sends its line at once. */
const mostConnections = 256;
/** An id, each character in up to four bytes, and its line break. */
const longestLine = longestId * 4 + 2;

export interface UpAgent {
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Answers HAProxy's agent checks (configuration manual, `agent-check` and `agent-send`): one line with the id of a model comes in, one
 * line with its state and weight goes out, and the connection ends. A model that is not in the registry is down, as a check of /up
 * for it fails. Rejects when the address cannot be had.
 */
export async function startUpAgent(parts: {
  readonly listen: Listen;
  readonly view: (id: string) => Pick<ModelView, 'health' | 'probes'> | undefined;
  /** Read for each answer, since a reload may change it. */
  readonly settings: () => UpSettings;
  readonly now: () => number;
  readonly deadlineMs?: number;
}): Promise<UpAgent> {
  const { listen, view, settings, now, deadlineMs = usualDeadlineMs } = parts;
  const open = new Set<Socket>();

  const answerFor = (line: Buffer): string => {
    const found = view(line.toString('utf8').trim());
    if (found === undefined) return 'down #no such model';
    const up = settings();
    return agentAnswer(upAt(found, up, now()), up.degradedWeight);
  };

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const [oldest] = open;
    if (open.size >= mostConnections && oldest !== undefined) {
      open.delete(oldest);
      oldest.destroy();
    }
    open.add(socket);
    const late = setTimeout(() => socket.destroy(), deadlineMs);
    socket.once('close', () => {
      clearTimeout(late);
      open.delete(socket);
    });
    socket.on('error', () => socket.destroy());
    const received: Buffer[] = [];
    let length = 0;
    const answer = (line: Buffer): void => {
      socket.removeAllListeners('data').removeAllListeners('end');
      // What else comes is read and dropped, so that the end of the peer is seen.
      socket.resume();
      socket.end(`${answerFor(line)}\n`);
    };
    socket.on('data', (chunk: Buffer) => {
      const end = chunk.indexOf('\n');
      const part = end === -1 ? chunk : chunk.subarray(0, end);
      length += part.length;
      if (length > longestLine) {
        socket.destroy();
        return;
      }
      received.push(part);
      if (end !== -1) answer(Buffer.concat(received));
    });
    // A line may end with what is sent.
    socket.on('end', () => (length > 0 ? answer(Buffer.concat(received)) : socket.destroy()));
  });
  server.listen({ host: listen.host, port: listen.port });
  await once(server, 'listening');
  const { address, family, port } = server.address() as AddressInfo;
  return {
    address: `${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
