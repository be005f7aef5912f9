import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { Capabilities } from '../../src/config/model/address.js';
import { ConfigError, loadConfig } from '../../src/config/read/load.js';
import type { Environment, LoadedConfig } from '../../src/config/read/load.js';
import type { Model } from '../../src/domain/model.js';

const openaiFamily = ['openai', 'openai_compatible', 'together', 'groq', 'mistral', 'fireworks', 'deepseek'];

/** A prober that can ask the OpenAI family `chat`, and knows the others by name. */
export const capabilities: Capabilities = {
  ...Object.fromEntries(openaiFamily.map((name) => [name, ['chat'] as const])),
  anthropic: [],
};

const made: string[] = [];
afterAll(async () => {
  for (const directory of made) await rm(directory, { recursive: true });
});

/** Writes files into a new directory, gone after the tests of the file, and returns it. */
export async function directoryOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'modelpulse-config-'));
  made.push(directory);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
  return directory;
}

/** Loads a configuration given as text. */
export async function load(text: string, env: Environment = {}): Promise<LoadedConfig> {
  const directory = await directoryOf({ 'main.yaml': text });
  return loadConfig(join(directory, 'main.yaml'), env, capabilities);
}

/** The first model of a configuration given as text. */
export async function loadModel(text: string, env: Environment = {}): Promise<Model> {
  return (await load(text, env)).settings.models[0]!;
}

/** What is wrong with the file at `path`, with the names of files relative to `directory`. */
export async function problemsOf(path: string, env: Environment, directory: string): Promise<string[]> {
  try {
    await loadConfig(path, env, capabilities);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => problem.replaceAll(`${directory}/`, ''));
  }
}
