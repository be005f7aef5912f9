import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addNode,
  bootstrap,
  canMakeRoots,
  copyInto,
  copyRoot,
  firstProcess,
  runInRoot,
  startInRoot,
  waysOut,
} from './clean-root.js';
import { commandOf, pairsOf, parseCopy, readDockerfile, textsOf, type Stage } from './dockerfile.js';
import { freePort } from '../app/free-port.js';

const [build, image] = readDockerfile() as [Stage, Stage];
const folder = join(tmpdir(), `modelpulse-image-${process.pid}`);
const debian = join(folder, 'debian');
const roots = { build: join(folder, 'build'), image: join(folder, 'image') };
const data = join(folder, 'data');
const user = textsOf(image, 'USER')[0]!.split(':');
const owner = user.map(Number) as [number, number];

/** Does what the stage says, in its order. */
async function make(stage: Stage, root: string, environment: NodeJS.ProcessEnv): Promise<void> {
  let workdir = '/';
  for (const { name, text } of stage.instructions) {
    if (name === 'WORKDIR') mkdirSync(join(root, (workdir = text)), { recursive: true });
    if (name === 'RUN') await runInRoot(root, text, workdir, { ...environment, ...pairsOf(stage, 'ENV') });
    if (name !== 'COPY') continue;
    const { from, sources, target } = parseCopy(text);
    const path = target.startsWith('/') ? target : `${workdir}/${target}`;
    copyInto(from === '' ? process.cwd() : roots.build, root, sources, path);
  }
}

function start(command: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = startInRoot(roots.image, data, user, command, { ...pairsOf(image, 'ENV'), ...environment });
  const out: string[] = [];
  const errors: string[] = [];
  child.stderr!.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const lines = createInterface({ input: child.stdout! }).on('line', (line) => out.push(line));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    out,
    errors,
    ended,
    async said(text: string): Promise<void> {
      while (!out.some((line) => line.includes(text))) {
        const next = await Promise.race([once(lines, 'line'), ended]);
        if (!Array.isArray(next)) throw new Error(`ended with ${next}: ${errors.join('')}${out.join('\n')}`);
      }
    },
  };
}

async function end(command: readonly string[]) {
  const { out, errors, ended } = start(command);
  return { code: await ended, out: out.join('\n'), errors: errors.join('') };
}

(canMakeRoots ? describe : describe.skip)('image', () => {
  beforeAll(async () => {
    const [, version = '', suite = ''] = /^node:([\d.]+)-(\w+)-slim$/.exec(build.base) ?? [];
    mkdirSync(folder);
    await bootstrap(suite, debian);
    await Promise.all(Object.values(roots).map((root) => copyRoot(debian, root)));
    await addNode(roots.build, version, folder);
    await make(build, roots.build, await waysOut(roots.build));
    await make(image, roots.image, {});
    // As a fresh volume gets the owner of the directory it lies on.
    mkdirSync(data);
    const { uid, gid } = statSync(join(roots.image, textsOf(image, 'VOLUME')[0]!));
    chownSync(data, uid, gid);
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs as its user, without privileges, on a read-only root', async () => {
    const port = await freePort();
    const entry = [...commandOf(image, 'ENTRYPOINT'), ...commandOf(image, 'CMD')];
    const healthcheck = commandOf(image, 'HEALTHCHECK').map((word) => word.replace(':9464', `:${port}`));
    expect((await end(healthcheck)).code).toBe(1);

    const daemon = start(entry, { MODELPULSE_LISTEN: `127.0.0.1:${port}` });
    await daemon.said('"msg":"started"');
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
    expect((await end(healthcheck)).code).toBe(0);

    const process1 = firstProcess(daemon.child);
    const status = readFileSync(`/proc/${process1}/status`, 'utf8');
    expect(status).toMatch(new RegExp(`^Uid:(\\s+${owner[0]}){4}$`, 'm'));
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^CapBnd:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^NSpid:.*\s1$/m);

    process.kill(process1, 'SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(daemon.errors.join('')).toBe('');
    const messages = daemon.out.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages.at(-1)).toBe('stopped');
    expect(statSync(join(data, 'modelpulse.db')).uid).toBe(owner[0]);
  }, 60_000);

  it('can write only to its volume', async () => {
    const attempt = (path: string) =>
      end(['node', '-e', `require('fs').writeFileSync('${path}/probe', '')`]).then(({ errors }) => {
        return /E[A-Z]+/.exec(errors)?.[0] ?? 'written';
      });
    const answers = await Promise.all(['/', '/app', '/config', '/tmp', '/var/tmp', '/data'].map(attempt));
    expect(answers).toEqual(['EROFS', 'EROFS', 'EROFS', 'EROFS', 'EROFS', 'written']);
  }, 60_000);

  it('has the command and the simulator in its path', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await end(['modelpulse', '--version'])).toEqual({ code: 0, out: version, errors: '' });
    const simulator = start([...commandOf(image, 'ENTRYPOINT'), 'simulate', '--listen', `127.0.0.1:0`]);
    await simulator.said('simulator: base_url');
    simulator.child.kill('SIGKILL');
    await simulator.ended;
  }, 60_000);

  it('lists its packages in its bill of materials, without build-only ones', () => {
    const read = (path: string) =>
      JSON.parse(readFileSync(join(roots.image, 'app', path), 'utf8')) as unknown;
    const { components } = read('sbom.cdx.json') as { components: { name: string; version: string }[] };
    const { packages } = read('node_modules/.package-lock.json') as {
      packages: Record<string, { version: string }>;
    };
    const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
    const installed = Object.entries(packages).filter(([path]) => existsSync(join(roots.image, 'app', path)));
    expect(listed).toEqual(
      new Set(installed.map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`)),
    );
    expect(installed.filter(([path]) => /\/(?:typescript|jest|openai)$/.test(path))).toEqual([]);
    expect(
      ['usr/local/bin/npm', 'usr/bin/g++', 'app/src'].filter((path) => existsSync(join(roots.image, path))),
    ).toEqual([]);
  });
});
