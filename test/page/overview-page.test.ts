import { describe, expect, it } from '@jest/globals';
import { castView, serveScene } from './model-scene.js';

/** Texts that might be taken for a place of the page's own markup. */
const texts = ['\0', '<!--rows-->', '$&', '&#0;'];

describe('the overview', () => {
  it('puts its rows in their place only, whatever texts it shows', async () => {
    const views = texts.map((text, index) => {
      const view = castView({ id: `model-${index}`, name: text }, index);
      return { ...view, model: { ...view.model, provider: text, labels: { team: `${text} all` } } };
    });
    const { ask } = await serveScene(views);
    for (const query of ['', ...texts.map((text) => `?label=${encodeURIComponent(`team:${text} all`)}`)]) {
      const { text } = await ask(`/${query}`);
      expect([query, text.match(/<tr[^>]* data-row="/g)?.length]).toEqual([query, query === '' ? 4 : 1]);
      expect(/data-row=/.exec(text.slice(0, text.indexOf('data-rows')))).toBeNull();
    }
    for (const text of texts) {
      const { text: page } = await ask(`/?q=${encodeURIComponent(text)}&limit=1000`);
      expect(/data-row=/.exec(page.slice(0, page.indexOf('data-rows')))).toBeNull();
    }
  });
});
