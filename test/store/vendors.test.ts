import { sqliteKind } from './contract/sqlite-kind.js';
import { vendorsContract } from './contract/vendors.js';

vendorsContract(sqliteKind());
