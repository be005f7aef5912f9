import * as z from 'zod';
import { day, duration, labelName, someText, timezone } from './fields.js';

/** First parts of the paths that the server has or may get itself. */
export const ownPaths = [
  ...['-', 'api', 'assets', 'badges', 'docs', 'events', 'feeds', 'health', 'healthz', 'incidents', 'livez'],
  ...[
    'login',
    'logout',
    'metrics',
    'models',
    'pages',
    'probe',
    'readyz',
    'mcp',
    'redteam',
    'report',
    'sd',
    'static',
    'up',
  ],
] as const;

const pathText = z
  .string()
  .max(100, 'must have at most 100 characters')
  .regex(/^(?:\/[A-Za-z0-9_-]+){1,4}$/, {
    error: 'must be a path such as /status, of letters, digits, "-" and "_", without a slash at its end',
    abort: true,
  })
  .refine((path) => !ownPaths.some((own) => own === path.split('/')[1]?.toLowerCase()), {
    error: `must not begin with a path of modelpulse itself: ${ownPaths.map((own) => `/${own}`).join(', ')}`,
  });

const oneLine = (most: number) =>
  someText()
    .max(most, `must have at most ${most} characters`)
    .refine((text) => !/[\p{Cs}\p{Cc}]/u.test(text), 'must be one line without control characters');

const isLocale = (text: string): boolean => {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(text).length > 0;
  } catch {
    return false;
  }
};

const pageTime = () => someText().max(64, 'must have at most 64 characters');

const announcement = z.strictObject({
  title: oneLine(200).describe('Its heading.'),
  text: someText()
    .max(4_000, 'must have at most 4000 characters')
    .optional()
    .describe('What it says: plain text; an empty line begins a new paragraph.'),
  from: pageTime().describe(
    'From when it is shown: ISO 8601 in whole seconds, such as 2026-12-01T22:00; without a zone, in the `timezone` of the page.',
  ),
  to: pageTime().optional().describe('Until when it is shown (exclusive). Without it, until it is removed.'),
});

const frameAncestor = z
  .string()
  .regex(
    /^(?:\*|self|https?:\/\/(?:\*\.)?[A-Za-z0-9.-]{1,253}(?::(?:\d{1,5}|\*))?)$/,
    'must be "*", "self", or an origin such as https://www.example.com or https://*.example.com',
  );

const windowNames = ['24h', '7d', '30d', '90d'] as const;

/** One page with the state of some models, for readers who are not operators. */
export const statusPageSchema = z.strictObject({
  path: pathText.describe('Its address on this server, such as /status; no route of modelpulse itself.'),
  title: oneLine(100).describe('Its name, such as `Example status`.'),
  models: z
    .strictObject({
      ids: z
        .array(someText())
        .min(1, 'must name at least one pattern')
        .optional()
        .describe('Ids, as patterns such as `gpt-*`; `*` for all models.'),
      labels: z
        .record(labelName(), z.string())
        .refine((labels) => Object.keys(labels).length > 0, 'must name at least one label')
        .optional()
        .describe('Labels that a model must have, such as `{tier: gold}`.'),
    })
    .refine(({ ids, labels }) => ids !== undefined || labels !== undefined, {
      error: 'must say which models the page shows: "ids", "labels", or both, which then must both fit',
    })
    .describe('The models of the page. Nothing of other models is on it.'),
  access: z
    .enum(['public', 'token', 'password'])
    .prefault('token')
    .describe(
      'Who may read it and what lies below its path (feeds, JSON, logo): `public`, everybody; `token`, who may read the other pages; `password`, who knows the `password` or a token.',
    ),
  password: z
    .string()
    .min(8, 'must have at least 8 characters')
    .optional()
    .describe('Password of the page, for HTTP Basic with any user name (secret). Needs `access: password`.'),
  logo: someText()
    .optional()
    .describe(
      'File with a picture to show before the title: SVG, PNG, JPEG, GIF or WebP of at most 256 KiB; relative to this file.',
    ),
  name_by: labelName()
    .optional()
    .describe('Key of the label whose value is the name of a model on the page, such as `name`.'),
  group_by: labelName().optional().describe('Key of the label by whose values the models are grouped.'),
  show: z
    .strictObject({
      ids: z
        .boolean()
        .prefault(false)
        .describe(
          'Names models without the label of `name_by` by their ids. If false, they are numbered: `Model 1`.',
        ),
      reasons: z
        .boolean()
        .prefault(false)
        .describe('Tells the reasons of incidents, in English, and those of maintenance.'),
      latency: z.boolean().prefault(false).describe('Tells the 95th percentile of the last 24 h.'),
      uptime: z
        .array(z.enum(windowNames))
        .max(4, 'must have at most 4 items')
        .prefault(['90d'])
        .describe('Windows whose uptime is told, each with its coverage; `[]` for none.'),
    })
    .prefault({})
    .describe('What the page shows of each model beside its state.'),
  history: duration(day, 366 * day)
    .prefault('90d')
    .describe('How far back incidents and maintenance are told by feeds; the page itself lists 14 days.'),
  locale: z
    .string()
    .max(35, 'must have at most 35 characters')
    .refine(isLocale, 'must be a language such as en-GB, de, fr, es, ja or zh')
    .prefault('en-GB')
    .describe(
      'Language of the page, as BCP 47. Texts exist in English, German, French, Spanish, Japanese and Chinese; others are English.',
    ),
  timezone: timezone()
    .prefault('UTC')
    .describe('Time zone of the times on the page; the days of the bars are those of UTC.'),
  theme: z
    .strictObject({
      accent: z
        .string()
        .regex(/^#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$/, 'must be a colour such as #0a7 or #00aa77')
        .optional()
        .describe('Colour of the line at the top and of the rules beside headings; never that of text.'),
    })
    .prefault({})
    .describe('Looks.'),
  noindex: z.boolean().prefault(false).describe('Asks search engines not to list the page.'),
  frame_ancestors: z
    .array(frameAncestor)
    .max(20, 'must have at most 20 items')
    .prefault([])
    .describe(
      'Origins whose pages may embed `?embed=...` in a frame: `*`, `self`, or such as https://www.example.com. Default: none.',
    ),
  announcements: z
    .array(announcement)
    .max(50, 'must have at most 50 items')
    .prefault([])
    .describe('Texts to show at the top of the page.'),
});

export type StatusPageEntry = z.output<typeof statusPageSchema>;
