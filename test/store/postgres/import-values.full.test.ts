import { importValuesContract } from '../contract/import-values.js';
import { postgresTransfers } from '../contract/transfer-kind.js';
import { withServer } from './server.js';

withServer('a schema', (server) => {
  importValuesContract(postgresTransfers(server), 100);
});
