import { describe, expect, it } from '@jest/globals';
import { problemPage } from '../../src/page/problem-page.js';

const page = (status: number, code: string, message = 'why') =>
  problemPage({
    frame: null,
    assets: { css: '/a.css', script: '/a.js' },
    theme: 'auto',
    problem: { status, code, message },
    loggedIn: true,
  });

describe('error as a page', () => {
  it.each([
    [400, 'bad_query', 'This address or form is not understood.'],
    [403, 'read_only', 'This login only reads.'],
    [404, 'unknown_model', 'There is no such model.'],
    [405, 'method_not_allowed', 'There is no page at this address.'],
    [429, 'too_many_logins', 'Too many wrong tokens.'],
    [500, 'internal_error', 'modelpulse failed to make this page.'],
    [503, 'store_unavailable', 'The history cannot be read now.'],
    [418, 'unheard_of', 'This address or form is not understood.'],
    [599, 'unheard_of', 'modelpulse failed to make this page.'],
  ])('of status %p and code %p has its words', (status, code, heading) => {
    expect(page(status, code)).toContain(`<h1 id="problem">${heading}</h1>`);
  });

  it('shows a message from outside as text, bounded, and names of known codes no message', () => {
    const text = page(400, 'bad_query', `<script>\u202e${'x'.repeat(5_000)}`);
    expect(text).toContain('&lt;script><span class="ctl">U+202E</span>');
    expect(text.length).toBeLessThan(8_000);
    expect(page(403, 'read_only', 'not shown')).not.toContain('not shown');
  });
});
