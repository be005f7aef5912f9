const everyMs = 250;

/**
 * Calls `ended` once when this process is no longer a child of `parent`, however that process ended: the kernel then
 * assigns another parent. `parent` may have ended before the call. Returns the end of the watch.
 */
export function watchParent(parent: number, ended: () => void): () => void {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    ended();
  }, everyMs).unref();
  return () => clearInterval(timer);
}

/** Stops the process when its parent ends: an orphaned demo would hold its ports. Returns the end of the watch. */
export function endWithParent(parent: number): () => void {
  return watchParent(parent, () => {
    process.kill(process.pid, 'SIGTERM');
  });
}
