import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { capabilities } from '../../src/checker/ask/dialects.js';
import { createProber } from '../../src/checker/prober.js';
import { createSimulator, type RunningSimulator } from '../../src/simulator/simulator.js';
import { loadConfig } from '../../src/config/read/load.js';
import { providers } from '../../src/config/model/providers.js';
import { systemClock } from '../../src/domain/clock.js';
import type { Model } from '../../src/domain/model.js';

const page = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8');
const configurations = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

const folder = mkdtempSync(join(tmpdir(), 'modelpulse-providers-'));
const prober = createProber({
  clock: systemClock,
  userAgent: 'modelpulse/test',
  reuseConnections: false,
  env: {},
});
let simulator: RunningSimulator;

beforeAll(async () => {
  simulator = await createSimulator().listen(0, '127.0.0.1');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  prober.close();
  await simulator.close();
});

/** Variables of a text, each with a value as it could be. */
function environmentOf(text: string): Record<string, string> {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  return Object.fromEntries(names.map((name) => [name, `AKIA${name.replaceAll('_', '')}0123456789ABCDEF`]));
}

async function modelsIn(text: string): Promise<{ models: readonly Model[]; warnings: readonly string[] }> {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, text);
  const { settings, warnings } = await loadConfig(path, environmentOf(text), capabilities);
  return { models: settings.models, warnings };
}

/** The same model at the simulator, which plays a healthy one of whatever name is replaced. */
function simulated(text: string): string {
  const { models } = parse(text) as { models: Record<string, unknown>[] };
  const moved = stringify({ models }).replace(/https?:\/\/[^/\s]+/g, simulator.url);
  const renamed = moved.replace(/^( +(?:- )?(?:model|model_name)): .*$/gm, '$1: healthy');
  const entries = (parse(renamed) as { models: Record<string, unknown>[] }).models;
  for (const entry of entries) {
    if (entry.base_url !== undefined || entry.provider === undefined) continue;
    const usual = providers[entry.provider as string]?.baseUrl ?? '';
    entry.base_url = simulator.url + new URL(usual.replace('{region}', 'r')).pathname.replace(/\/$/, '');
  }
  return stringify({ models: entries }).replaceAll('some-model', 'healthy');
}

describe('providers page', () => {
  it.each(configurations)('contains a working configuration: %#', async (text) => {
    expect((await modelsIn(text)).warnings).toEqual([]);
    const { models } = await modelsIn(simulated(text));
    expect(models.length).toBeGreaterThan(0);
    for (const model of models) {
      const { outcome, reason, detail, usage, firstTokenMs } = await prober.check(
        model,
        new AbortController().signal,
      );
      expect({ id: model.id, outcome, reason, detail }).toEqual({
        id: model.id,
        outcome: 'healthy',
        reason: 'ok',
        detail: null,
      });
      if (model.probe === 'chat_stream') expect(firstTokenMs).toBeGreaterThan(0);
      const most =
        model.probe === 'context' ? 40_000 : ['tools', 'structured'].includes(model.probe) ? 100 : 40;
      if (usage !== null) expect(usage.inputTokens + usage.outputTokens).toBeLessThanOrEqual(most);
    }
  });

  it('contains each provider with its own API or address', () => {
    const shown = new Set([...page.matchAll(/provider: (\w+)/g)].map(([, name]) => name));
    expect([...shown].sort()).toEqual(expect.arrayContaining(Object.keys(providers).sort()));
  });

  it('lists the providers of each probe in its table', () => {
    for (const [probe] of page.matchAll(/(?<=^\| `)\w+(?=`)/gm)) {
      const [row = ''] = new RegExp(`^\\| \`${probe}\`.*$`, 'm').exec(page) ?? [];
      const able = Object.keys(capabilities).filter((name) =>
        capabilities[name]?.some((one) => one === probe),
      );
      if (row.includes('| all')) continue;
      const missing = able.filter((name) => !row.includes(name.replace(/^.*_compatible$/, 'compatible')));
      expect({ probe, missing }).toEqual({ probe, missing: [] });
    }
  });
});
