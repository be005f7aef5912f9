import type { Page } from 'playwright-core';
import { auditPages, unfold } from './page-audit.js';
import { languages, statusPages, useCast } from './past-cast.js';

const site = useCast(statusPages);

/** Shows what a browser shows once its prompt for a password is closed. */
const withoutPrompt = async (page: Page): Promise<void> => {
  const address = new URL('/closed', page.url()).href;
  await page.route(address, async (route) => {
    const response = await route.fetch();
    const { 'www-authenticate': prompt, ...headers } = response.headers();
    await route.fulfill({ response, headers: { ...headers, 'x-prompt': prompt ?? '' } });
  });
  await page.goto(address);
};

auditPages('a public page', () => site().serve(), [
  { name: 'with something of everything', path: '/status', picture: 'status', before: unfold },
  { name: 'of models that are all up', path: '/well', picture: 'status-well' },
  { name: 'in a frame', path: '/status?embed=banner,components', picture: 'status-embedded' },
  { name: 'with a password', path: '/well', before: withoutPrompt },
  ...languages.map((locale) => ({ name: `in ${locale}`, path: `/in-${locale}`, once: true as const })),
  {
    name: 'among many: the navigation of the operator',
    path: '/incidents?month=2026-05',
    once: true as const,
  },
]);
