import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const authorities = new URL('../../../dist/checker/transport/authorities.js', import.meta.url).href;

/** Uses up the file descriptors of its process, asks for a context, and again when one file can be opened. */
const script = `
  import { closeSync, openSync } from 'node:fs';
  const { createAuthorities } = await import(${JSON.stringify(authorities)});
  const { contextFor } = createAuthorities({});
  const told = (caFile) => contextFor({ caFile }).then(() => 'made', (error) => error.code ?? error.name);
  const open = [];
  try { for (;;) open.push(openSync('/dev/null')); } catch {}
  const scarce = [await told('/etc/passwd'), await told(undefined)];
  for (const file of open) closeSync(file);
  console.log(JSON.stringify([...scarce, await told('/nowhere'), await told(undefined)]));
`;

describe('files of authorities', () => {
  it('are not taken for missing while the process has no file descriptor left', () => {
    const run = `ulimit -n 64; exec "$0" --input-type=module -e "$1"`;
    // Node 24 reads the file of NODE_EXTRA_CA_CERTS in a thread of its own, and would give a descriptor back just then.
    const env = { PATH: process.env.PATH };
    const out = execFileSync('bash', ['-c', run, process.execPath, script], { encoding: 'utf8', env });
    expect(JSON.parse(out)).toEqual(['EMFILE', 'EMFILE', 'TlsFileError', 'made']);
  });
});
