const everyMs = 250;

/**
 * Calls `ended` once when this process is no longer a child of `parent`, however that process ended: the kernel then gives
 * its children another parent. `parent` may have ended before the call.
 */
export function watchParent(parent: number, ended: () => void): void {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    ended();
  }, everyMs).unref();
}
