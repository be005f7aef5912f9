import { describe, expect, it } from '@jest/globals';
import { loadFor } from '../../src/cli/load.js';

describe('missing configuration file', () => {
  it('is named in the error, with advice', async () => {
    await expect(loadFor('/nowhere/modelpulse.yaml')).rejects.toMatchObject({
      problems: [
        '/nowhere/modelpulse.yaml: no such file; name another with --config or MODELPULSE_CONFIG; "modelpulse demo" runs without one',
      ],
    });
  });
});
