/**
 * Makes dist: every module of src by tsc, then the entry points once more, each in one piece with what it loads. Node takes
 * longer to find, read and link a thousand small modules than to run them. What only one command needs stays a file of its
 * own, loaded with its first use.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist', { recursive: true, force: true });
const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
const { status } = spawnSync(process.execPath, compiler, { stdio: ['ignore', 2, 2] });
if (status !== 0) process.exit(1);

const bundle = {
  outbase: 'src',
  outdir: 'dist',
  // One folder deep, as most modules are: some find files by the address of the module.
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Native code, packages that find files of their own, and what is loaded by require with its first use.
  external: [
    '@fastify/swagger-ui',
    '@smithy/core',
    'ajv',
    'badge-maker',
    'better-sqlite3',
    'better-sqlite3-12',
    'jq-wasm',
    'pg',
    'pino-pretty',
    'preact',
    'preact-render-to-string',
  ],
  banner: {
    // For the packages in CommonJS.
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  sourcemap: true,
  // Comments and indents are a third of the text, which the daemon reads at its start and keeps. Names stay, for stack traces;
  // lines stay short, since Node prints the one that failed.
  minifyWhitespace: true,
  lineLimit: 160,
  logLevel: 'warning',
};

await build({
  ...bundle,
  entryPoints: [
    'src/cli/program.ts',
    'src/library/modelpulse.ts',
    'src/app/beside-thread.ts',
    'src/app/otlp-thread.ts',
    'src/store/sqlite/thread/store-thread.ts',
  ],
});
// The daemon once more: with the commands it would be in a hundred pieces, by which of them use what.
await build({ ...bundle, entryPoints: ['src/cli/daemon-program.ts'] });

// The types of the library: those of its entry and of what that names, which a test holds to be all.
const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(
  { ...config, include: [], files: ['src/library/modelpulse.ts'] },
  ts.sys,
  '.',
);
const typed = { ...options, noEmit: false, declaration: true, rootDir: 'src', outDir: 'dist/types' };
const program = ts.createProgram(['src/library/modelpulse.ts'], typed);
for (const name of ['library/modelpulse.ts', 'library/public-types.ts', 'domain/reason.ts']) {
  const { emitSkipped } = program.emit(program.getSourceFile(`src/${name}`), undefined, undefined, true);
  if (emitSkipped) throw new Error(`no types of src/${name}`);
}

// What browsers load, as small as it gets.
await build({
  entryPoints: ['src/page/assets/page.css', 'src/page/assets/page.js', 'src/page/assets/receiver.css'],
  outdir: 'dist/page/assets',
  minify: true,
  target: 'esnext',
  logLevel: 'warning',
});
