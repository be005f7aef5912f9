import { seriesContract } from './contract/series.js';
import { sqliteKind } from './contract/sqlite-kind.js';

seriesContract(sqliteKind());
