import { describe } from '@jest/globals';
import { countsContract } from '../contract/counts.js';
import { durationsContract } from '../contract/durations.js';
import { incidentsContract } from '../contract/incidents.js';
import { modelsContract } from '../contract/models.js';
import { acknowledgementsContract } from '../contract/acknowledgements.js';
import { outboxContract } from '../contract/outbox.js';
import { postgresKind } from '../contract/postgres-kind.js';
import { refusalContract } from '../contract/refusal.js';
import { retentionContract } from '../contract/retention.js';
import { secretContract } from '../contract/secret.js';
import { seriesContract } from '../contract/series.js';
import { timelineContract } from '../contract/timeline.js';
import { vendorsContract } from '../contract/vendors.js';
import { writtenContract } from '../contract/written.js';
import { withServer } from './server.js';

withServer('PostgreSQL', (server) => {
  const kind = postgresKind(server);
  describe('contract', () => {
    writtenContract(kind);
    modelsContract(kind);
    secretContract(kind);
    countsContract(kind);
    durationsContract(kind);
    timelineContract(kind);
    seriesContract(kind);
    incidentsContract(kind);
    refusalContract(kind);
    retentionContract(kind);
    outboxContract(kind);
    vendorsContract(kind);
    acknowledgementsContract(kind);
  });
});
