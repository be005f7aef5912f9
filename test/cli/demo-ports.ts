import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../app/free-port.js';

const usualPorts = ['9464', '9465', '9466'];

/** Gives the demo of the program in this folder ports of its own: those of its pages, its simulator and its receiver. */
export async function moveDemo(folder: string): Promise<readonly number[]> {
  const first = await freePort(3);
  const ports = [first, first + 1, first + 2];
  const programs = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join('dist', name));
  // The build may have the address of the simulator in several files.
  for (const name of ['config/demo.yaml', ...programs]) {
    const text = readFileSync(join(folder, name), 'utf8');
    const moved = usualPorts.reduce(
      (result, port, index) => result.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${ports[index]}`),
      text,
    );
    if (moved !== text) writeFileSync(join(folder, name), moved);
  }
  return ports;
}
