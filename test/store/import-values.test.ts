import { describe } from '@jest/globals';
import { amount } from '../slow.js';
import { importValuesContract } from './contract/import-values.js';
import { sqliteTransfers } from './contract/transfer-kind.js';

describe('a file', () => {
  importValuesContract(sqliteTransfers(), amount(400, 20));
});
