import { describe } from '@jest/globals';
import { amount } from '../slow.js';
import { importValuesContract } from './contract/import-values.js';
import { postgresTransfers, sqliteTransfers } from './contract/transfer-kind.js';
import { withServer } from './postgres/server.js';

describe('a file', () => {
  importValuesContract(sqliteTransfers(), amount(400, 20));
});

withServer('a schema', (server) => {
  importValuesContract(postgresTransfers(server), amount(100, 5));
});
