// Writes what is made from the code: the tables in README.md and docs/*.md between `<!-- generated: NAME -->` and `<!-- end -->`, and the
// JSON Schema of the configuration. `node docs/generate.mjs`, after a build; `--check` only says which are out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { createProgram } from '../dist/cli/program.js';
import { jsonSchema } from '../dist/config/schema/json-schema.js';
import { reasonMeanings } from '../dist/config/schema/reason-meanings.js';
import { reasonTable } from '../dist/domain/reason.js';
import { catalogue } from '../dist/metrics/catalogue.js';
import { sampleMessages, sampleWebhook } from './notification-samples.mjs';
import { replyCounts, replySources } from './replies.mjs';

const root = new URL('../', import.meta.url);
const schema = jsonSchema();
const program = await createProgram(() => undefined);
const settings = schema.properties;
const model = settings.models.items.properties;
/** Keys that stand once, though their tables could show them in several places. */
const shownElsewhere = new Set(['outcomes', 'endpoint_configuration', 'models']);

/** The alternatives of a value, without a reference in its place and without the health API's ways to leave it unset. */
function forms(part) {
  const alternatives = (part.anyOf ?? [part]).filter(
    (one) => one.pattern !== '\\$\\{' && !(one.enum ?? ['']).includes(null),
  );
  return alternatives.flatMap((one) => (one.anyOf === undefined ? [one] : forms(one)));
}

function numberType({ exclusiveMinimum: above, exclusiveMaximum: below, minimum, maximum }) {
  if (below !== undefined) return `number between ${above} and ${below}`;
  return above === undefined ? `number, ${minimum} to ${maximum}` : `number above ${above}, up to ${maximum}`;
}

function typeOfForm(form) {
  if (form.const !== undefined) return `\`${form.const}\``;
  if (form.enum !== undefined) return form.enum.map((value) => `\`${value}\``).join(', ');
  if (form.pattern?.includes('ms|s|m|h|d|y')) return 'duration';
  if (form.type === 'array')
    return Object.keys(form.items).length === 0 ? 'list' : `list of ${typeOf(form.items)}`;
  if (form.type === 'integer') return `whole number, ${form.minimum} to ${form.maximum}`;
  if (form.type === 'number') return numberType(form);
  return { string: 'text', object: 'map', boolean: 'true or false', null: 'null' }[form.type];
}

function typeOf(part) {
  return [...new Set(forms(part).map(typeOfForm))].join(' or ');
}

/** The description of a key names a default that the schema does not have, as `...; default: DEFAULT.` */
function defaultAndMeaning({ description, default: fallback }) {
  const [named, value] = /; default: (.*?)(?=\.(?: |$))/.exec(description) ?? [];
  if (named !== undefined) return [value, description.replace(named, '')];
  const plain = fallback === undefined || typeof fallback === 'object' ? '' : `\`${fallback}\``;
  return [Array.isArray(fallback) ? `\`${JSON.stringify(fallback)}\`` : plain, description];
}

function rowsOf(properties, prefix = '') {
  return Object.entries(properties).flatMap(([key, part]) => {
    const path = prefix + key;
    const description = part.description ?? part.anyOf?.[0].description;
    if (description === undefined) throw new Error(`${path} has no description`);
    const [fallback, meaning] = defaultAndMeaning({ ...part, description });
    const inside = shownElsewhere.has(key) ? [] : insideOf(part, path);
    return [[`\`${path}\``, typeOf(part), fallback, meaning], ...inside];
  });
}

function insideOf(part, path) {
  return forms(part).flatMap((form) => {
    if (form.type === 'array') return insideOf(form.items, `${path}[]`);
    const named = form.additionalProperties;
    if (named?.properties !== undefined) return rowsOf(named.properties, `${path}.NAME.`);
    return form.properties === undefined ? [] : rowsOf(form.properties, `${path}.`);
  });
}

function tableOf(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const keyTable = (rows) => tableOf(['key', 'type', 'default', 'meaning'], rows);

function section(name) {
  const form = forms(settings[name]).find((one) => one.type !== 'boolean');
  const entry = form.type === 'array' ? forms(form.items)[0] : form;
  return `${settings[name].description}\n\n${keyTable(rowsOf(entry.properties))}`;
}

function metricTable(ofModels) {
  const rows = catalogue()
    .filter(({ labels }) => labels.includes('model') === ofModels)
    .map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(' '),
      help,
    ]);
  return tableOf(['name', 'type', 'labels', 'meaning'], rows);
}

function commandTable() {
  const rows = program.commands.map((command) => {
    const named = command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}${argument.variadic ? '...' : ''}]`,
    );
    return [`\`${[command.name(), ...named].join(' ')}\``, command.description()];
  });
  return tableOf(['command', 'what it does'], rows);
}

function replyTables() {
  const { total, head, rows } = replyCounts();
  const sources = replySources().map(([place, count]) => [place, String(count)]);
  return `${total} replies, by reason and provider:\n\n${tableOf(head, rows)}\n\n${tableOf(['source', 'replies'], sources)}`;
}

const pick = (part, wanted) => Object.fromEntries(Object.entries(part).filter(([key]) => wanted(key)));
const common = settings.defaults.properties;

/** What may stand between the marks, by its name. */
const parts = {
  top: () =>
    keyTable(
      rowsOf(
        pick(settings, (key) => ['include', 'models', 'generation', '$schema'].includes(key)),
        '',
      ),
    ),
  ...Object.fromEntries(
    [
      'server',
      'storage',
      'checker',
      'remote',
      'health_api',
      'connectivity',
      'metrics',
      'maintenance',
      'status_pages',
      'up',
      'mcp',
      'otlp',
      'notifications',
      'vendor_status',
    ].map((name) => [name, () => section(name)]),
  ),
  defaults: () => keyTable(rowsOf(common)),
  model: () => keyTable(rowsOf(pick(model, (key) => !(key in common)))),
  endpoint_configuration: () =>
    keyTable(forms(model.endpoint_configuration).flatMap((form) => rowsOf(form.properties))),
  reasons: () =>
    tableOf(
      ['reason', 'outcome', 'blame', 'meaning'],
      Object.entries(reasonTable).map(([reason, { outcome, blame }]) => [
        `\`${reason}\``,
        outcome,
        blame ?? '-',
        reasonMeanings[reason],
      ]),
    ),
  commands: commandTable,
  replies: replyTables,
  'sample messages': sampleMessages,
  'sample webhook': sampleWebhook,
  'metrics of models': () => metricTable(true),
  'metrics of the monitor': () => metricTable(false),
};

/** A page with everything between its marks made anew. */
async function page(path, text) {
  const filled = text.replaceAll(
    /(<!-- generated: ([\w ]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin, name, end) => {
      if (!(name in parts))
        throw new Error(`${path} asks for "${name}"; there is ${Object.keys(parts).join(', ')}`);
      return `${begin}\n${parts[name]()}\n\n${end}`;
    },
  );
  return format(filled, { ...(await resolveConfig(fileURLToPath(new URL(path, root)))), parser: 'markdown' });
}

const products = {
  'README.md': page,
  'docs/configuration.md': page,
  'docs/metrics.md': page,
  'docs/notifications.md': page,
  'docs/replies.md': page,
  'config/modelpulse.schema.json': () => `${JSON.stringify(schema, null, 2)}\n`,
};

const check = process.argv.includes('--check');
for (const [path, make] of Object.entries(products)) {
  const before = readFileSync(new URL(path, root), 'utf8');
  const after = await make(path, before);
  if (after === before) continue;
  if (check) {
    console.error(`${path} is out of date; npm run docs writes it anew`);
    process.exitCode = 1;
  } else writeFileSync(new URL(path, root), after);
}
