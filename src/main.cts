#!/usr/bin/env -S node --max-semi-space-size=4
// CommonJS on purpose: an ES module entry would use libuv's thread pool, and so fix its size, before this line runs.
// Name look-ups occupy a thread each for as long as a resolver hangs.
process.env.UV_THREADPOOL_SIZE ??= '128';

void import('./cli/program.js').then(({ main }) => main(process.argv));
