#!/usr/bin/env -S node --max-semi-space-size=8
import v8 = require('node:v8');

// CommonJS on purpose: an ES module entry would use libuv's thread pool, and so fix its size, before this line runs.
// Name look-ups occupy a thread each for as long as a resolver hangs.
process.env.UV_THREADPOOL_SIZE ??= '64';
// SIGHUP asks the daemon to reload, and ends a process without a listener. The configuration is not read yet.
if (process.argv.includes('run')) process.on('SIGHUP', () => undefined);
// The default lets garbage grow to several times what lives before it is collected; a sidecar has no memory to lend.
v8.setFlagsFromString('--heap-growing-percent=40');

async function start(): Promise<void> {
  const { argv } = process;
  // In a piece of its own: those that it would share with other commands are many, and each takes time to load.
  if (argv.includes('run') && (await (await import('./cli/daemon-program.js')).main(argv))) return;
  await (await import('./cli/program.js')).main(argv);
}

start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
