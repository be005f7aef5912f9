import { describe, expect, it } from '@jest/globals';
import { useParts } from '../../app/parts.js';
import { importContract } from '../contract/import.js';
import { invalidLinesContract } from '../contract/invalid-lines.js';
import { full, sqliteTransfers } from '../contract/transfer-kind.js';

describe('a file', () => {
  const kind = sqliteTransfers();
  const createParts = useParts();
  importContract(kind);
  invalidLinesContract(kind);

  it('takes no import while a daemon uses the database', async () => {
    const { where, text } = await full(kind, createParts);
    await where.open();
    await expect(kind.imported(where, text)).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining('is in use by another modelpulse daemon') as unknown,
    });
  });
});
