import { auditPages, unfold } from './page-audit.js';
import { useCast } from './past-cast.js';

const site = useCast();

auditPages('pages of incidents', () => site().serve(), [
  { name: 'the list', path: '/incidents', picture: 'incidents' },
  {
    name: 'the list with filters',
    path: '/incidents?open=true&blame=account&label=team%3Achat&model=bad-key',
  },
  { name: 'a list that nothing passes', path: '/incidents?month=2026-10&open=true' },
  { name: 'a month without an incident', path: '/incidents?month=2026-05' },
  { name: 'an open incident', path: '/incidents/36', picture: 'incident-open' },
  { name: 'a closed incident, unfolded,', path: '/incidents/35', before: unfold, picture: 'incident-closed' },
  { name: 'an incident with neighbours', path: '/incidents/27' },
  { name: 'no incident', path: '/incidents/999' },
]);
