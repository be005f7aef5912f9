import { describe, expect, it } from '@jest/globals';
import { en } from '../../src/page/messages/en.js';
import { createStatusWords, languages } from '../../src/page/status-words.js';

/** Placeholders of each text by the path of its key; forms of a plural count as one text. */
function placeholders(value: unknown, path = ''): Record<string, string[]> {
  if (typeof value === 'string')
    return { [path]: [...new Set([...value.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].sort() };
  const entries = Object.entries(value as Record<string, unknown>);
  if (entries.some(([key]) => key === 'other') && !path.startsWith('/states')) {
    const forms = entries.map(([, text]) => placeholders(text, path)[path]!);
    return { [path]: [...new Set(forms.flat())].sort() };
  }
  return Object.assign({}, ...entries.map(([key, part]) => placeholders(part, `${path}/${key}`))) as Record<
    string,
    string[]
  >;
}

/** Every text with its path. */
function texts(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, part]) =>
    texts(part, `${path}/${key}`),
  );
}

describe.each(Object.entries(languages))('messages in %s', (language, messages) => {
  it('have every key of English with the same placeholders', () => {
    const expected = placeholders(en);
    const found = placeholders(messages);
    // "The model is up" has no number.
    expect(found).toEqual(expected);
  });

  it('have no empty text and no blanks around one', () => {
    expect(texts(messages).filter(([, text]) => text === '' || text !== text.trim())).toEqual([]);
  });

  it('have a form for each plural category that whole numbers need', () => {
    const rules = new Intl.PluralRules(language);
    const needed = new Set(Array.from({ length: 201 }, (_, n) => rules.select(n)));
    for (const [key, forms] of Object.entries(messages as unknown as Record<string, unknown>)) {
      if (typeof forms !== 'object' || forms === null || key === 'states') continue;
      const known = Object.keys(forms);
      expect([key, known.filter((form) => !needed.has(form as Intl.LDMLPluralRule))]).toEqual([key, []]);
    }
  });

  it('differ from English', () => {
    if (language === 'en') return;
    const english = new Map(texts(en));
    const same = texts(messages).filter(([path, text]) => text === english.get(path));
    // Words that are the same in both languages.
    expect(same.length).toBeLessThan(10);
  });
});

describe('words of a page', () => {
  const utc = (locale: string) => createStatusWords(locale, 'UTC');

  it('count by the rules of the language', () => {
    const forms = en.down;
    expect(utc('en').count(forms, 1, { total: '2' })).toBe('1 of 2 models is down');
    expect(utc('de').count(languages.de!.down, 2, { total: '3' })).toBe('2 von 3 Modellen sind ausgefallen');
    // In French nothing is singular.
    expect(utc('fr').count(languages.fr!.days, 0)).toBe('0 jour');
  });

  it('round percentages down, with the digits of the API', () => {
    expect(utc('en-GB').percent(0.99999)).toBe('99.99%');
    expect(utc('en-GB').percent(1)).toBe('100%');
    expect(utc('de').percent(0.98765).replace(/\s/g, ' ')).toBe('98,76 %');
    expect(utc('de').percent(0.98765, 1).replace(/\s/g, ' ')).toBe('98,7 %');
  });

  it('tell times in the time zone, and days of bars in UTC', () => {
    const late = Date.UTC(2026, 10, 27, 23, 30);
    const berlin = createStatusWords('de', 'Europe/Berlin');
    expect(berlin.day(late)).toBe('28. Nov.');
    expect(berlin.minute(late)).toBe('00:30');
    expect(berlin.utcDay(late)).toBe('27. Nov.');
    expect(berlin.full(late)).toMatch(/2026.*00:30 MEZ$/);
  });

  it('tell spans in two units at most', () => {
    expect(utc('en').span(8_040_000)).toBe('2 h 14 min');
    expect(utc('de').span(8_040_000)).toBe('2 Std. 14 Min.');
    expect(utc('ja').span(59_999)).toBe('59 秒');
    expect(utc('zh').span(999)).toMatch(/^0/);
    expect(utc('fr').span(11 * 86_400_000 + 3_600_000)).toMatch(/^11/);
  });

  it('set the parts of a list apart in each language', () => {
    for (const locale of ['en', 'de', 'fr', 'es', 'ja', 'zh', 'zh-CN', 'zh-TW'])
      expect([locale, utc(locale).list(['1 甲', '2 乙', '3 丙'])]).toEqual([
        locale,
        expect.stringMatching(/^1 甲\P{L}.*2 乙.{1,5}3 丙$/u),
      ]);
    expect(utc('zh').list(['1 个未知', '2 个正常'])).toBe('1 个未知、2 个正常');
  });

  it('are English, from left to right, for a language without texts', () => {
    const { messages, lang, dir } = utc('he');
    expect([messages, lang, dir]).toEqual([en, 'en', 'ltr']);
  });

  it('name the script of Chinese where it is not that of the locale', () => {
    expect(utc('zh-TW').lang).toBe('zh-Hans');
    expect(utc('zh').lang).toBe('zh');
  });
});
