import { countsContract } from './contract/counts.js';
import { sqliteKind } from './contract/sqlite-kind.js';

countsContract(sqliteKind());
