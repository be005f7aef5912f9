import { durationsContract } from './contract/durations.js';
import { sqliteKind } from './contract/sqlite-kind.js';

durationsContract(sqliteKind());
