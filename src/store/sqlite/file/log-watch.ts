import { statSync } from 'node:fs';

/** Size of the write-ahead log above which the operator is told; without a reader it stays below a quarter of it. */
const mostBytes = 64 * 1024 * 1024;
const everyMs = 60_000;

/**
 * Checks once a minute the size of the write-ahead log of `path`, which only a reader in a long transaction can make
 * grow; reports once, and again when it has shrunk.
 */
export function createLogWatch(
  path: string,
  log: { warn(fields: object, message: string): void; info(fields: object, message: string): void },
): (now: number) => void {
  let looked = -Infinity;
  let told = false;
  return (now) => {
    if (Math.abs(now - looked) < everyMs) return;
    looked = now;
    const bytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    const grows = bytes > mostBytes;
    if (grows === told) return;
    told = grows;
    if (grows)
      log.warn(
        { path, bytes },
        'another program keeps a transaction open on the database, so its write-ahead log grows; end that program',
      );
    else log.info({ path, bytes }, 'write-ahead log of the database is small again');
  };
}
