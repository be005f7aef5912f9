import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { loadConfig } from '../../src/config/read/load.js';

const shipped = readFileSync('deploy/systemd/modelpulse.service', 'utf8');
// It has to name a program that is there.
const unit = shipped.replaceAll('/usr/bin/node', process.execPath);
const folder = mkdtempSync(join(tmpdir(), 'modelpulse-unit-'));
const path = join(folder, 'modelpulse.service');

const installed = spawnSync('systemd-analyze', ['--version']).status === 0;
/** With CI=true it has to be there. */
const hasSystemd = installed || process.env.CI === 'true';
if (!hasSystemd)
  process.stderr.write('SKIPPED: systemd-analyze is not installed, so it did not read the unit\n');

/** What is said of the unit; the machine's own units may have faults of their own. */
function analyze(text: string, ...args: readonly string[]): { ok: boolean; said: string[] } {
  writeFileSync(path, text);
  const { status, stdout, stderr } = spawnSync('systemd-analyze', [...args, path]);
  const lines = `${stdout.toString()}${stderr.toString()}`.split('\n');
  return { ok: status === 0, said: lines.filter((line) => line.includes('modelpulse.service')) };
}
const verified = (text: string) => analyze(text, 'verify', '--man=no', '--recursive-errors=no');
/** In tenths; systemd calls up to 2.0 OK, and an unsandboxed service is at 9.6. */
const exposedAtMost = (tenths: number, text: string) =>
  analyze(text, 'security', '--offline=true', '--no-pager', `--threshold=${tenths}`).ok;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('systemd unit', () => {
  (hasSystemd ? it : it.skip)('is fully understood by systemd', () => {
    expect(verified(unit)).toEqual({ ok: true, said: [] });
    expect(verified(unit.replace('ProtectHome=', 'ProtectHouse=')).said).toEqual([
      expect.stringContaining('ProtectHouse'),
    ]);
    expect(verified(unit.replace(process.execPath, '/nowhere/node')).ok).toBe(false);
  });

  (hasSystemd ? it : it.skip)('has a low exposure level', () => {
    expect(exposedAtMost(15, unit)).toBe(true);
    expect(exposedAtMost(15, unit.replace(/^Protect.*$/gm, ''))).toBe(false);
  });

  it('reloads with the signal for reloads, and does not restart after a configuration error', () => {
    expect(shipped).toMatch(/^ExecReload=kill -HUP \$MAINPID$/m);
    expect(shipped).toMatch(/^Restart=on-failure$/m);
    expect(shipped).toMatch(/^RestartPreventExitStatus=2$/m);
  });

  it('waits longer for a stop than the daemon does for running checks', async () => {
    const config = join(folder, 'modelpulse.yaml');
    writeFileSync(config, 'models: []\n');
    const { settings } = await loadConfig(config, {}, capabilities);
    const seconds = Number(/^TimeoutStopSec=(\d+)s$/m.exec(shipped)?.[1]);
    expect(seconds * 1_000).toBeGreaterThan(settings.server.shutdownGraceMs);
  });
});
