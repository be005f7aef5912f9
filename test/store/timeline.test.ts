import { timelineContract } from './contract/timeline.js';
import { sqliteKind } from './contract/sqlite-kind.js';

timelineContract(sqliteKind());
