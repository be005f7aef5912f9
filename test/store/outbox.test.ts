import { outboxContract } from './contract/outbox.js';
import { sqliteKind } from './contract/sqlite-kind.js';

outboxContract(sqliteKind());
