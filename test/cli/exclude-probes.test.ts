import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { modelNamed, useParts } from '../app/parts.js';
import { command } from '../app/process.js';
import { start, workplace } from '../store/samples.js';

const place = workplace();
const createParts = useParts();

it('time that is excluded while no daemon runs is excluded of the probes of the model', async () => {
  const directory = place.directory();
  const path = join(directory, 'pulse.db');
  const store = place.open(path);
  const calls = modelNamed('gpt#calls', { probe: 'tools', probeOf: { model: 'gpt', name: 'calls' } });
  const parts = createParts(store);
  await parts.roster.replace([modelNamed('gpt'), calls, modelNamed('gpt-2')], start);
  await parts.writer.drain();
  await store.close();
  const config = join(directory, 'config.yaml');
  writeFileSync(config, stringify({ storage: { path }, models: [] }));
  const times = ['--from', '2026-03-01T00:30Z', '--to', '2026-03-01T00:31Z'];
  const said = await command(['exclude', 'gpt', ...times, '--reason', 'agreed', '--config', config]);
  expect(said).toMatchObject({ code: 0, err: '' });
  const again = place.open(path);
  const excluded: string[] = [];
  for (const { id, key } of await again.models())
    if ((await again.exclusions(key)).length > 0) excluded.push(id);
  expect(excluded.sort()).toEqual(['gpt', 'gpt#calls']);
}, 60_000);
