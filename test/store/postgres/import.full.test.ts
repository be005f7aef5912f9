import { importContract } from '../contract/import.js';
import { invalidLinesContract } from '../contract/invalid-lines.js';
import { postgresTransfers } from '../contract/transfer-kind.js';
import { withServer } from './server.js';

withServer('a schema', (server) => {
  const kind = postgresTransfers(server);
  importContract(kind);
  invalidLinesContract(kind);
});
