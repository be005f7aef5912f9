import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { workplace } from '../store/samples.js';

/** Writes configurations of two models whose history is at a place; they are gone after each test. */
export function useConfigured(): (storage: object, listen?: string) => string {
  const place = workplace();
  return (storage, listen = '127.0.0.1:8080') => {
    const config = join(place.directory(), 'config.yaml');
    const models = ['gpt', 'other'].map((id) => ({
      id,
      provider: 'openai_compatible',
      base_url: 'http://127.0.0.1:9/v1',
      model: id,
      slo: 0.99,
    }));
    writeFileSync(config, stringify({ server: { listen }, storage, models }));
    return config;
  };
}
