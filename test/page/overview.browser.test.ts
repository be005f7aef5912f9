import { noon } from '../metrics/sample-view.js';
import { auditPages } from './page-audit.js';
import { serveScene } from './model-scene.js';

auditPages('overview', () => serveScene(), [
  { name: 'the page', path: '/', picture: 'overview', first: true },
  { name: 'a filter', path: '/?q=gpt&state=unhealthy&state=healthy', picture: 'overview-filter' },
  { name: 'a filter that nothing passes', path: '/?q=nothing%20at%20all' },
  { name: 'the compact page', path: '/?density=compact', picture: 'overview-compact' },
  { name: 'an unknown page', path: '/no/such/page' },
]);

auditPages('overview without models', () => serveScene([]), [
  { name: 'the page', path: '/', picture: 'first-run' },
]);

auditPages(
  'overview of a monitor that is not well',
  () =>
    serveScene(undefined, {
      monitor: {
        reaches: false,
        absence: { from: noon - 32 * 3_600_000, to: noon - 2 * 3_600_000 },
        configuration: { inForceSince: noon, warnings: ['models[1].region is not used'], refused: ['bad'] },
      },
    }),
  [{ name: 'the page', path: '/', picture: 'overview-blind' }],
);
