import type { Page } from 'playwright-core';
import { HttpError } from '../../src/http/http-error.js';
import { serveScene } from './model-scene.js';
import { auditPages } from './page-audit.js';

const access = () => ({ token: 'the whole token', readTokens: ['the reading token'], publicBadges: false });
const guarded = () => serveScene(undefined, { options: { access } });

const logIn = (token: string) => async (page: Page) => {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
};

auditPages('pages for who is not known', guarded, [
  { name: 'the login', path: '/', picture: 'login' },
  {
    name: 'a login that is refused',
    path: '/incidents',
    before: async (page) => {
      await logIn('another')(page);
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'a model, by a login that only reads,',
    path: '/models/gpt-4o',
    before: async (page) => {
      await logIn('the reading token')(page);
      await page.getByRole('heading', { name: 'gpt-4o' }).waitFor();
    },
  },
]);

const busy = () => Promise.reject(new HttpError(503, 'busy', '32 long reads wait already; try again soon'));

auditPages('pages of what went wrong', () => serveScene(undefined, { backend: { readLong: busy } }), [
  { name: 'the report while too many are read', path: '/report', picture: 'problem' },
  { name: 'a model whose past cannot be read', path: '/models/gpt-4o' },
  { name: 'a time zone that does not exist', path: '/report?timezone=Nowhere' },
  { name: 'an address that does not exist', path: '/no/such/page' },
]);
