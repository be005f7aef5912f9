/** ms of processor time that every thread of this process has spent. */
export function processMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** ms of processor time that this process spends on the work: others on the machine do not add to it. */
export function processorMs(work: () => unknown): number {
  const begun = processMs();
  work();
  return processMs() - begun;
}

/** The least of three runs: a collection of garbage in one of them does not count. */
export function leastProcessorMs(work: () => unknown): number {
  return Math.min(...[1, 2, 3].map(() => processorMs(work)));
}
