import { auditPages, unfold } from './page-audit.js';
import { longId, useCast } from './past-cast.js';

const site = useCast();

auditPages('page of a model', () => site().serve(), [
  { name: 'that is healthy', path: '/models/outage', picture: 'model-healthy' },
  { name: 'that is down', path: '/models/bad-key', picture: 'model-down', first: true },
  { name: 'that is down, unfolded,', path: '/models/bad-key?window=90d', before: unfold },
  { name: 'that is degraded, by its week,', path: '/models/slow?window=7d&checks=not-healthy' },
  { name: 'that is paused', path: '/models/starting', picture: 'model-paused' },
  { name: 'in maintenance, with a long id,', path: `/models/${encodeURIComponent(longId)}` },
  { name: 'that is unknown', path: '/models/keyless' },
  { name: 'that does not exist', path: '/models/otage' },
]);
