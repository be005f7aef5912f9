import { incidentsContract } from './contract/incidents.js';
import { sqliteKind } from './contract/sqlite-kind.js';

incidentsContract(sqliteKind());
