/**
 * Makes a checkout ready to run: packages as package-lock.json has them, dist as src has it. Does only what is missing,
 * says what it does, and says nothing when all is done.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...path) => join(root, ...path);
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

// As src/store/sqlite/file/sqlite.ts chooses. The release for newer Nodes brings its binaries along.
const compiles = Number(process.versions.napi) < 10;
const sqlite = compiles ? 'better-sqlite3-12' : 'better-sqlite3';

requireNode();
if (!packagesAreInstalled()) installPackages();
if (!buildIsCurrent()) build();

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`modelpulse needs Node 20.19 or later; this is ${process.version}.`);
}

/** True when node_modules holds what the lock says (optional packages of other platforms aside) and the native module loads in this Node. */
function packagesAreInstalled() {
  const installedLock = at('node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const { '': project, ...wanted } = readJson(at('package-lock.json')).packages;
  const { packages: installed } = readJson(installedLock);
  const same = Object.entries(wanted).every(([path, { version, optional }]) =>
    path in installed ? installed[path].version === version : optional,
  );
  return same && Object.keys(installed).every((path) => path in wanted) && nativeModuleLoads();
}

function nativeModuleLoads() {
  try {
    const Database = createRequire(at('package.json'))(sqlite);
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}

function installPackages() {
  console.error(
    `setup: installing packages with npm ci${compiles ? '; better-sqlite3 may compile for two minutes' : ''}`,
  );
  const scripts = compiles ? [] : ['--ignore-scripts'];
  const installed = run('npm', ['ci', '--no-audit', '--no-fund', ...scripts], headersOfThisNode());
  // It is optional for npm, which does not say when it could not be compiled.
  if (installed && nativeModuleLoads()) return;
  const missing = ['c++', 'make', 'python3'].filter((tool) => !run(tool, ['--version'], {}, 'ignore'));
  if (!compiles || missing.length === 0) {
    fail(
      installed
        ? `npm ci left no ${sqlite} that works; \`npm rebuild ${sqlite}\` says why.`
        : 'npm ci failed; its messages are above.',
    );
  }
  fail(
    `better-sqlite3 is not there, and ${missing.join(', ')} is missing. It is compiled where no ready binary can be fetched: ` +
      'install a C++ compiler, make and Python 3 (Debian, Ubuntu: apt-get install build-essential python3), or use Node 22.14 or later, for which nothing is compiled.',
  );
}

/** Node's headers beside its binary, where it brought them, so that compiling fetches nothing from outside the registry. */
function headersOfThisNode() {
  const prefix = dirname(dirname(process.execPath));
  if (process.env.npm_config_nodedir || !existsSync(join(prefix, 'include/node/node.h'))) return {};
  return { npm_config_nodedir: prefix };
}

/** True when the newest build was made by `build` from the sources as they are now, and nobody has built over it since. */
function buildIsCurrent() {
  if (!existsSync(at('dist', '.built'))) return false;
  const { sources, entryWritten } = readJson(at('dist', '.built'));
  return sources === fingerprint() && entryWritten === entryTime();
}

function build() {
  console.error('setup: building dist');
  const sources = fingerprint();
  if (!run(process.execPath, [at('.ci/build.mjs')])) {
    fail('the build failed; its messages are above.');
  }
  writeFileSync(at('dist', '.built'), JSON.stringify({ sources, entryWritten: entryTime() }));
}

/** Of everything that a build depends on, by content: times change with every checkout and copy. */
function fingerprint() {
  const sources = readdirSync(at('src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const path of [
    at('package.json'),
    at('package-lock.json'),
    at('tsconfig.json'),
    at('tsconfig.build.json'),
    at('.ci/build.mjs'),
    ...sources,
  ]) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

function entryTime() {
  return statSync(at('dist/main.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? null;
}

/** True when the command ended well. Its output goes to stderr, so that stdout stays the caller's. */
function run(command, parameters, environment = {}, output = 2) {
  const env = { ...process.env, ...environment };
  return spawnSync(command, parameters, { cwd: root, env, stdio: ['ignore', output, output] }).status === 0;
}

function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}
