import * as z from 'zod';
import { isList, isObject, memberOf } from '../../domain/json.js';
import { pathText } from '../read/problem.js';
import { vendorFormats } from '../vendor-settings.js';
import { knownPages } from '../model/vendor-pages.js';
import { duration, httpAddress, minute, someText } from './fields.js';

const pageName = () =>
  z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/,
      'must be a name of at most 64 small letters, digits, - and _',
    );

const words = () =>
  z
    .array(someText().max(100, 'must have at most 100 characters'))
    .max(50, 'must have at most 50 items')
    .prefault([]);

const page = z.strictObject({
  name: pageName().describe('Name of the page in metrics, API and history; one of the table is replaced.'),
  url: httpAddress().describe(
    'Address of the document that a program reads, such as https://status.example.com/api/v2/summary.json.',
  ),
  format: z
    .enum(vendorFormats)
    .describe(
      '`statuspage` (Atlassian Statuspage and incident.io: api/v2/summary.json), `instatus` (summary.json), `better_stack` (index.json), `google_cloud` (incidents.json) or `feed` (RSS, Atom).',
    ),
  link: httpAddress().optional().describe('Address for people; default: the start of `url`.'),
  models: z
    .array(someText())
    .max(1_000, 'must have at most 1000 items')
    .prefault([])
    .describe('Ids of the models that the page speaks of, as patterns such as `gpt-*`.'),
  providers: z
    .array(someText())
    .max(100, 'must have at most 100 items')
    .prefault([])
    .describe('Providers whose models the page speaks of, as `provider` of the models names them.'),
  only: words().describe(
    'Words of which one must be in the title or in the name of a part of the service; default: none.',
  ),
  ignore: words().describe(
    'Words in names of parts of the service that are not the API: an incident that names only such parts is not shown.',
  ),
});

const section = z.strictObject({
  enabled: z.boolean().prefault(true).describe('Reads the pages.'),
  every: duration(minute, 60 * minute)
    .prefault('2m')
    .describe('Interval between two readings of a page.'),
  providers: z
    .array(z.string().refine((name) => Object.hasOwn(knownPages, name), 'must be a page of the table'))
    .optional()
    .describe(
      'Names of the pages of the table that are read (docs/vendors.md); default: all that models need.',
    ),
  pages: z
    .array(page)
    .max(50, 'must have at most 50 items')
    .prefault([])
    .describe('Pages that are not in the table, or another one for some models.'),
});

/** The first problem inside the map, with its place; a map is meant where it is one. */
function problemInside(issue: { readonly input?: unknown; readonly errors?: unknown }): string {
  const [, ofSection] = isList(issue.errors) ? issue.errors : [];
  const first: unknown = isList(ofSection) && isObject(issue.input) ? ofSection[0] : undefined;
  const [path, message] = [memberOf(first, 'path'), memberOf(first, 'message')];
  if (!isList(path) || typeof message !== 'string') return 'must be true, false or a map';
  return path.length === 0
    ? message
    : `${pathText(path.map((step) => (typeof step === 'number' ? step : String(step))))}: ${message}`;
}

/** `true` reads the pages of the table. */
export const vendorSchema = z.union([z.boolean(), section], { error: problemInside });

/** Of one model. */
export const vendorOfModel = z.union([z.literal(false), pageName()], 'must be the name of a page, or false');

export type VendorEntry = z.output<typeof vendorSchema>;
