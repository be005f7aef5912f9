import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { command, createFolder } from '../../app/process.js';
import { inFull } from '../../slow.js';
import { fixtures, folder, imported, loaded } from './importing.js';

const written = createFolder();
afterAll(() => written.clean());

const pathsOf = (files: readonly string[]): string[] => files.map((file) => `${folder}/${file}`);
const lacks = (tool: string, ...args: string[]): boolean =>
  spawnSync(tool, args).status !== 0 && process.env.CI !== 'true';

describe('registry made of the configuration of another tool', () => {
  it.each(fixtures)('is what is expected, and so are the notes: %s', async (name, tool, files) => {
    const { text, notes } = await imported(tool, pathsOf(files));
    expect(text).toBe(readFileSync(`${folder}/expected/${name}.yaml`, 'utf8'));
    expect(notes).toEqual(readFileSync(`${folder}/expected/${name}.txt`, 'utf8').split('\n').slice(0, -1));
  });

  it.each(fixtures)('is valid, with and without its variables: %s', async (name, tool, files) => {
    const { text, ids } = await imported(tool, pathsOf(files));
    const path = written.write(`${name}.yaml`, text);
    for (const value of [null, 'https://value.example.com']) {
      const { settings } = await loaded(path, value);
      expect(settings.models.map(({ id }) => id)).toEqual(ids);
    }
  });

  it.each(fixtures)('has no secret of the source in clear: %s', async (_, tool, files) => {
    const { text, notes } = await imported(tool, pathsOf(files));
    const said = [text, ...notes].join('\n');
    // Every secret of the fixtures says that it is one.
    expect(said).not.toMatch(/clear[-\d]|clear\w*0123|0123456789|AKIA|wJalr|AIza|lf-clear/i);
    expect(said).not.toContain(Buffer.from('monitor:clear-basic-password').toString('base64'));
  });

  it('names the place of each thing that is not carried over', async () => {
    const { notes } = await imported('litellm', [`${folder}/litellm.yaml`]);
    const lines = readFileSync(`${folder}/litellm.yaml`, 'utf8').split('\n');
    for (const note of notes) {
      const [, line, key] = /:(\d+):\d+: .*?([\w-]+)(?:\[\d+\])?: not carried over: /.exec(note)!;
      if (key !== 'model_list') expect(lines[Number(line) - 1]).toContain(`${key}:`);
      else expect(lines[Number(line) - 1]).toContain('model_name');
    }
    expect(notes.length).toBeGreaterThan(10);
  });

  it('explains the files that blackbox needs, and a file of another tool', async () => {
    await expect(imported('blackbox', [`${folder}/blackbox.yml`])).rejects.toThrow(
      'blackbox takes two files',
    );
    await expect(imported('gatus', [`${folder}/litellm.yaml`])).rejects.toThrow(
      'is no configuration of gatus',
    );
    await expect(imported('uptime-kuma', [`${folder}/gatus.yaml`])).rejects.toThrow(
      'is no configuration of uptime-kuma: it has no "monitorList"',
    );
    await expect(imported('openrouter', [`${folder}/gatus.yaml`])).rejects.toThrow('takes the JSON of');
    await expect(imported('litellm', [`${folder}/nothing.yaml`])).rejects.toThrow('cannot read');
  });
});

describe('fixtures', () => {
  (lacks('prometheus-blackbox-exporter', '--version') ? it.skip : it)(
    'are configurations that the blackbox exporter takes',
    () => {
      const { status, stderr } = spawnSync(
        'prometheus-blackbox-exporter',
        [`--config.file=${folder}/blackbox.yml`, '--config.check'],
        { encoding: 'utf8' },
      );
      expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('is ok') });
    },
  );

  (lacks('promtool', '--version') ? it.skip : it)('are configurations that Prometheus takes', () => {
    const args = ['check', 'config', '--syntax-only', `${folder}/prometheus.yml`];
    expect(execFileSync('promtool', args, { encoding: 'utf8' })).toContain('SUCCESS');
  });
});

describe('modelpulse import-config', () => {
  it('writes a file once, which validate takes, and replaces it with --force', async () => {
    const target = `${written.path}/once.yaml`;
    const args = ['import-config', 'litellm', `${folder}/litellm.yaml`, '--output', target];
    const { code, out, err } = await command(args);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain('litellm.yaml:10:7: model_list[0].litellm_params.tpm: not carried over: ');
    expect(err).toContain(`14 models written to ${target}; 17 lines above say what was not carried over`);
    expect(err).toContain('\n  GPT_4O_MINI_API_KEY (in clear at ');
    expect(await command(['validate', '--config', target])).toMatchObject({ code: 0 });
    expect(await command(args)).toMatchObject({
      code: 2,
      err: `${target} exists; it is not overwritten without --force\n`,
    });
    expect(await command([...args, '--force', '--only', 'gpt-*'])).toMatchObject({ code: 0 });
    expect(readFileSync(target, 'utf8')).not.toContain('id: claude');
  });

  inFull('writes what validate takes, for each tool', async () => {
    for (const [name, tool, files] of fixtures) {
      const target = `${written.path}/command-${name}.yaml`;
      const only = tool === 'openrouter' ? ['--only', '*'] : [];
      const made = await command(['import-config', tool, ...pathsOf(files), '-o', target, ...only]);
      expect({ name, ...made }).toMatchObject({ name, code: 0 });
      expect(await command(['validate', '--config', target])).toMatchObject({ code: 0 });
    }
  });

  inFull('asks for a choice of the models of OpenRouter', async () => {
    const { code, err } = await command(['import-config', 'openrouter', `${folder}/openrouter.json`]);
    expect(code).toBe(2);
    expect(err).toContain('choose with --only');
  });
});
