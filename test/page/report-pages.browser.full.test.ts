import { auditPages } from './page-audit.js';
import { useCast } from './past-cast.js';

const site = useCast();

auditPages('the report', () => site().serve(), [
  { name: 'of this month', path: '/report', picture: 'report' },
  { name: 'of a quarter', path: '/report?quarter=2026-Q3&timezone=Asia/Kathmandu' },
  { name: 'of a month before all models', path: '/report?month=2026-05', picture: 'report-empty' },
]);

auditPages('the report without models', () => site().serve({ backend: { views: () => [] } }), [
  { name: 'of a month before all models', path: '/report?month=2025-05' },
]);
