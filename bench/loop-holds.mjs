// Loaded into a daemon by `node --import`: at SIGUSR2 it writes the longest hold of the event loop in ms since the last time, so
// that no scrape, which holds the loop itself, has to be asked.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const file = process.env.LOOP_HOLDS_FILE;
if (isMainThread && file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: 2 });
  delays.enable();
  process.on('SIGUSR2', () => {
    writeFileSync(file, `${delays.max / 1e6}\n`);
    delays.reset();
  });
}
