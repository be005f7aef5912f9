import { acknowledgementsContract } from './contract/acknowledgements.js';
import { sqliteKind } from './contract/sqlite-kind.js';

acknowledgementsContract(sqliteKind());
