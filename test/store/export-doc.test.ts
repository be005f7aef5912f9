import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { exportHistory } from '../../src/store/transfer/export.js';
import { fileKinds, modelKinds, outboxKinds } from '../../src/store/transfer/history-kinds.js';
import { useParts } from '../app/parts.js';
import { fullLife } from './full-life.js';
import { migrationsDir, start, workplace } from './samples.js';

const place = workplace();
const createParts = useParts();

describe('docs/history-format.md', () => {
  it('contains a line of each kind in the export format', async () => {
    const path = join(place.directory(), 'store.db');
    const store = place.open(path);
    await fullLife(store, createParts(store), start);
    await store.close();
    const exported = [...exportHistory(path, migrationsDir, [])].join('').split('\n');
    const text = readFileSync('docs/history-format.md', 'utf8');
    const examples = [...text.matchAll(/### (\w+)\n[^#]*?```ndjson\n(.*)\n```/g)];
    const ofLines = [modelKinds, fileKinds, outboxKinds].flatMap((some) => Object.keys(some));
    const kinds = ['header', 'model', ...ofLines, 'end'];
    expect(examples.map(([, kind]) => kind)).toEqual(kinds);
    for (const [, kind, line = ''] of examples) {
      expect(JSON.parse(line)).toHaveProperty('type', kind);
      expect(exported).toContain(line);
    }
  });
});
