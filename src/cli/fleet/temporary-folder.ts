import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** User and group of a process; empty for those of this process. */
export interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** Last line of the log of a server that has ended. */
export const serverEnded = 'the server has ended';

/**
 * Runs the commands after each other until one fails or its own standard input ends, which it does with the demo, however that
 * ends. Then it ends what runs, which may leave its data as they are, and removes the folder. All are in one group of processes.
 */
const guardScript = `
folder=$1 commands=$2
trap '' QUIT
exec 3<&0 </dev/null
{ cat <&3; while [ -d "$folder" ]; do kill -s QUIT -- "-$$"; sleep 0.1; done; } >/dev/null 2>&1 &
( exec 3<&-; eval "$commands"; echo '${serverEnded}' ) >"$folder/server.log" 2>&1
cat <&3 >/dev/null
rm -rf -- "$folder"
`;

/** A folder that does not outlive the demo, and what runs beside it. */
export interface TemporaryFolder {
  readonly path: string;
  /** Ends what runs, and removes the folder. */
  close(): Promise<void>;
}

/** Makes a folder that belongs to this user, who runs what `commands` returns, lines of a shell; their output is in `server.log`. */
export function createTemporaryFolder(
  identity: Identity,
  commands: (path: string) => string = () => '',
): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'modelpulse-fleet-demo-'));
  if (identity.uid !== undefined) chownSync(path, identity.uid, identity.gid ?? identity.uid);
  const child = spawn('/bin/sh', ['-c', guardScript, 'guard', path, commands(path)], {
    ...identity,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    // A signal of the terminal is for the demo, which ends the server last.
    detached: true,
  });
  const ended = once(child, 'close').catch(() => undefined);
  return {
    path,
    async close() {
      child.stdin.end();
      await ended;
      // Where the guard could not be started.
      rmSync(path, { recursive: true, force: true });
    },
  };
}
