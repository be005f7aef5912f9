import { parentPort, workerData } from 'node:worker_threads';
import { createPusher, type Push, type PushStart } from '../metrics/otlp/exporting.js';

// Runs in the thread that `otlp.ts` starts, which passes both; Node types them as any.
if (parentPort !== null) {
  const port = parentPort;
  const push = createPusher(workerData as PushStart);
  port.on('message', (asked: Push) => {
    push(asked).then(
      (pushed) => port.postMessage(pushed),
      (error: unknown) => {
        setImmediate(() => {
          throw error;
        });
      },
    );
  });
}
