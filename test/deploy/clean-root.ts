import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const run = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: 'utf8' });

const missing =
  process.getuid?.() !== 0
    ? 'only root can make a root directory'
    : run('unshare', '--mount', '--pid', '--fork', 'mount', '-t', 'proc', 'proc', '/proc').status !== 0
      ? 'name spaces and mounts are not allowed here'
      : run('debootstrap', '--version').status !== 0 && process.env.CI !== 'true'
        ? 'debootstrap is not installed'
        : '';
/** With CI=true, as root, where mounts are allowed, debootstrap has to be there. */
export const canMakeRoots = missing === '';
if (!canMakeRoots) process.stderr.write(`SKIPPED: the image was neither built nor started: ${missing}\n`);

/** What a container engine gives a process before ENV is applied. */
export const enginePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs a program of this machine to its end, and rejects with what it said when that is not a good one. */
export async function finish(
  command: string,
  args: readonly string[],
  options: object = {},
): Promise<string> {
  const child = spawn(command, args, options);
  let out = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${said}`);
  return out;
}

/** Its mounts and its processes end with it, also when it is killed, so that nothing reaches through them. */
const apart = ['--mount', '--pid', '--fork', '--kill-child'];

/** Makes a root directory with nothing but the least of this Debian. */
export async function bootstrap(suite: string, path: string): Promise<void> {
  const made = ['debootstrap', '--variant=minbase', suite, path, 'http://deb.debian.org/debian'];
  await finish('unshare', [...apart, '--mount-proc', ...made]);
}

export async function copyRoot(from: string, to: string): Promise<void> {
  await finish('cp', ['--archive', '--reflink=auto', from, to]);
}

/** Puts Node and npm under /usr/local as the image of this version has them; both come from the package registry. */
export async function addNode(root: string, version: string, folder: string): Promise<void> {
  const local = join(root, 'usr/local');
  const npm = join(local, 'lib/node_modules/npm');
  for (const [name, target] of [
    [`node-linux-${process.arch}@${version}`, local],
    ['npm@11', npm],
  ] as const) {
    const archive = (await finish('npm', ['pack', '--silent', name], { cwd: folder })).trim();
    mkdirSync(target, { recursive: true });
    const options = ['--extract', '--no-same-owner', '--strip-components=1', `--directory=${target}`];
    await finish('tar', [...options, `--file=${join(folder, archive)}`]);
  }
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
}

/** What this machine needs to reach registries: never part of what is built. */
export async function waysOut(root: string): Promise<NodeJS.ProcessEnv> {
  const names = /^(?:https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i;
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)));
  for (const name of ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy']) {
    const value = (await finish('npm', ['config', 'get', name], { cwd: '/' })).trim();
    if (!['', 'null', 'undefined'].includes(value))
      environment[`npm_config_${name.replace('-', '_')}`] = value;
  }
  for (const file of ['/etc/resolv.conf', environment.NODE_EXTRA_CA_CERTS, environment.npm_config_cafile]) {
    if (file !== undefined) cpSync(file, join(root, file), { dereference: true });
  }
  return environment;
}

/** COPY: the content of a directory, or a file into a directory where the target ends with a slash. */
export function copyInto(from: string, root: string, sources: readonly string[], target: string): void {
  for (const source of sources) {
    const path = join(from, source);
    const into = join(
      root,
      target,
      !statSync(path).isDirectory() && target.endsWith('/') ? basename(path) : '',
    );
    mkdirSync(dirname(into), { recursive: true });
    cpSync(path, into, { recursive: true, verbatimSymlinks: true });
  }
}

/** RUN: a shell's command as root in this root directory, with the network of this machine. */
export async function runInRoot(
  root: string,
  command: string,
  workdir: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const script = `set -e
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    exec chroot "$1" env --chdir="$2" /bin/sh -c "$3"`;
  await finish('unshare', [...apart, 'sh', '-c', script, 'sh', root, workdir, command], {
    env: { ...environment, PATH: enginePath, HOME: '/root' },
    stdio: ['ignore', 'pipe', 'pipe'] satisfies StdioOptions,
  });
}

/**
 * `docker run --read-only --cap-drop ALL --security-opt no-new-privileges --volume DATA:/data`, but for the network: starts a
 * program as process 1 of a name space, as this user, with nothing to write to but /data and what the kernel has in /dev.
 */
export function startInRoot(
  root: string,
  data: string,
  [user = '', group = '']: readonly string[],
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
): ChildProcess {
  const script = `set -e
    mount --bind "$1" "$1"
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    mount --bind "$2" "$1/data"
    mount -o remount,bind,ro "$1"
    root=$1; user=$3; group=$4; shift 4
    exec chroot "$root" setpriv --reuid="$user" --regid="$group" --clear-groups --no-new-privs --bounding-set=-all --pdeathsig=KILL "$@"`;
  return spawn('unshare', [...apart, 'sh', '-c', script, 'sh', root, data, user, group, ...command], {
    env: { PATH: enginePath, ...environment },
  });
}

/** The process of this machine that is process 1 inside. */
export function firstProcess({ pid = 0 }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
}
