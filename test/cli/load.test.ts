import { describe, expect, it } from '@jest/globals';
import { loadFor } from '../../src/cli/load.js';

describe('a configuration file that does not exist', () => {
  it('is named, with what to do', async () => {
    await expect(loadFor('/nowhere/modelpulse.yaml')).rejects.toMatchObject({
      problems: [
        '/nowhere/modelpulse.yaml: no such file; name another with --config or MODELPULSE_CONFIG; "modelpulse demo" runs without one',
      ],
    });
  });
});
