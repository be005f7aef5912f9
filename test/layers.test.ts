import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/** From the bottom up; a folder imports from lower layers and from itself, never from its siblings. */
const layers = [
  ['domain'],
  ['calendar', 'wire'],
  ['config', 'store', 'metrics', 'alerts', 'scheduler', 'page', 'notify'],
  ['report'],
  ['checker', 'http'],
  ['app'],
  ['simulator'],
  ['cli'],
  ['library'],
  ['main.cts'],
];

/** Replacing a package means editing the folders named here. */
const homes: Readonly<Record<string, readonly string[]>> = {
  '@fastify/rate-limit': ['http'],
  '@fastify/swagger': ['http'],
  '@fastify/swagger-ui': ['http'],
  '@smithy/core': ['checker', 'simulator'],
  '@modelcontextprotocol/sdk': ['http', 'cli'],
  '@opentelemetry/api': ['metrics'],
  '@opentelemetry/exporter-metrics-otlp-http': ['metrics'],
  '@opentelemetry/exporter-metrics-otlp-proto': ['metrics'],
  '@opentelemetry/resources': ['metrics'],
  '@opentelemetry/sdk-metrics': ['metrics'],
  ajv: ['config', 'checker'],
  aws4: ['checker'],
  'badge-maker': ['http'],
  'better-sqlite3': ['store'],
  'cli-table3': ['cli'],
  commander: ['cli'],
  'eventsource-parser': ['checker'],
  fastify: ['http'],
  'fastify-type-provider-zod': ['http'],
  feedsmith: ['checker', 'page'],
  got: ['checker'],
  'jq-wasm': ['checker'],
  '@pydantic/genai-prices': ['config'],
  'node-cron': ['calendar'],
  nodemailer: ['notify'],
  pg: ['store'],
  pino: ['app', 'simulator'],
  'pino-pretty': ['app'],
  preact: ['page'],
  'preact-render-to-string': ['page'],
  'prom-client': ['metrics'],
  re2js: ['config', 'checker'],
  standardwebhooks: ['notify', 'simulator'],
  tinyglobby: ['config'],
  yaml: ['config', 'alerts', 'cli'],
  zod: ['config', 'wire', 'store', 'http'],
};

const catchAllNames = /^(?:utils?|helpers?|types?|constants?|managers?|services?|common|shared|misc|lib)$/;

interface Source {
  /** Relative to the root, such as `src/domain/state.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const root = process.cwd();
const sources = sourcesIn('src');
const everything = [...sources, ...sourcesIn('test'), ...sourcesIn('bench')];

describe('layers', () => {
  it('contain every folder of src and no other', () => {
    expect(new Set(sources.map(folderOf))).toEqual(new Set(layers.flat()));
  });

  it('import only lower layers, and never siblings', () => {
    expect(
      edges().flatMap(({ from, to }) => {
        const [upper, lower] = [folderOf(from), folderOf(to)];
        return upper === lower || rankOf(upper) > rankOf(lower) ? [] : [`${from.path} imports ${to.path}`];
      }),
    ).toEqual([]);
  });

  it('have no import cycle', () => {
    expect(cycles()).toEqual([]);
  });

  it('import each external package only in its allowed folders', () => {
    const strays = sources.flatMap((source) =>
      packagesOf(source)
        .filter((name) => homes[name]?.includes(folderOf(source)) !== true)
        .map((name) => `${source.path} imports ${name}`),
    );
    expect(strays).toEqual([]);
  });

  it('import every installed package and no other', () => {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
      string,
      Record<string, string>
    >;
    // Several releases of a package are one.
    const installed = Object.entries({ ...dependencies, ...optionalDependencies }).map(
      ([name, version]) => /^npm:(.+)@/.exec(version)?.[1] ?? name,
    );
    expect(new Set(sources.flatMap(packagesOf))).toEqual(new Set(installed));
  });
});

describe('module', () => {
  it('has a specific kebab-case name', () => {
    const names = everything.flatMap(({ path }) => path.split('/').map((part) => part.replace(/\..*$/, '')));
    expect(names.filter((name) => catchAllNames.test(name))).toEqual([]);
    expect(names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  it('has at most 300 lines, also in tests', () => {
    expect(everything.filter((source) => linesOf(source) > 300).map(({ path }) => path)).toEqual([]);
  });

  it('has no state at module level', () => {
    expect(
      sources.filter(({ text }) => /^(?:export )?(?:let|var) /m.test(text)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('has only named exports, and classes only for errors', () => {
    const offences = sources.filter(({ text }) =>
      /^export default |^(?:export )?class \w+(?! extends \w*Error\b)\b/m.test(text),
    );
    expect(offences.map(({ path }) => path)).toEqual([]);
  });
});

function sourcesIn(folder: string): readonly Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:c?ts|tsx)$/.test(entry.name))
    .map((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name));
      const text = readFileSync(path, 'utf8');
      const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
      // A worker thread is told where its package is.
      const resolved = [...text.matchAll(/\.resolve\('([^']+)'\)/g)].map(([, name]) => name ?? '');
      return { path, text, imports: [...imports, ...resolved] };
    });
}

function folderOf({ path }: Source): string {
  return path.split('/')[1] ?? '';
}

function rankOf(folder: string): number {
  return layers.findIndex((layer) => layer.includes(folder));
}

function linesOf({ text }: Source): number {
  return text.split('\n').length - 1;
}

function packagesOf({ imports }: Source): readonly string[] {
  return imports
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

/** Imports that lead nowhere are the compiler's to report. */
function edges(): readonly { readonly from: Source; readonly to: Source }[] {
  const byPath = new Map(sources.map((source) => [resolve(source.path), source]));
  return sources.flatMap((from) =>
    from.imports
      .filter((name) => name.startsWith('.'))
      .map((name) => {
        const path = resolve(dirname(from.path), name.replace(/\.(c?)js$/, '.$1ts'));
        return byPath.get(path) ?? byPath.get(`${path}x`);
      })
      .flatMap((to) => (to ? [{ from, to }] : [])),
  );
}

/** Each cycle once, as the path that closes it: a depth-first walk that meets a module it has not left yet. */
function cycles(): readonly string[] {
  const all = edges();
  const next = new Map(sources.map(({ path }) => [path, all.filter(({ from }) => from.path === path)]));
  const left = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' > '));
    if (left.has(path) || trail.includes(path)) return;
    for (const { to } of next.get(path) ?? []) walk(to.path, [...trail, path]);
    left.add(path);
  };
  for (const { path } of sources) walk(path, []);
  return found;
}
