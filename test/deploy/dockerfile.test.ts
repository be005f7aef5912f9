import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { pairsOf, parseCopy, readDockerfile, textsOf } from './dockerfile.js';

const [build, image] = readDockerfile();
const project = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, string>;

describe('Dockerfile', () => {
  it('builds with a full LTS version, on the Debian version of the final image', () => {
    expect(build!.base).toMatch(/^node:24\.\d+\.\d+-trixie-slim$/);
    expect(image!.base).toMatch(/^debian:13\.\d+-slim$/);
  });

  it('has the labels of package.json', () => {
    const labels = pairsOf(image!, 'LABEL');
    expect(labels).toEqual({
      'org.opencontainers.image.title': project.name,
      'org.opencontainers.image.description': project.description,
      'org.opencontainers.image.licenses': project.license,
      'org.opencontainers.image.version': project.version,
      'org.opencontainers.image.base.name': `docker.io/library/${image!.base}`,
    });
  });

  it('sets a numeric user, so that Kubernetes can verify that it is not root', () => {
    expect(textsOf(image!, 'USER')).toEqual([expect.stringMatching(/^[1-9]\d{3,}:[1-9]\d{3,}$/)]);
  });

  it('copies only what .dockerignore allows, and that allows nothing else', () => {
    const copied = [build!, image!]
      .flatMap((stage) => textsOf(stage, 'COPY').map(parseCopy))
      .filter(({ from }) => from === '')
      .flatMap(({ sources }) => sources);
    const [all, ...passed] = readFileSync('.dockerignore', 'utf8').trim().split('\n');
    expect(all).toBe('*');
    expect(new Set(passed)).toEqual(new Set(copied.map((path) => `!${path}`)));
  });

  it('contains no secret: no variable or argument has such a name', () => {
    const text = readFileSync('Dockerfile', 'utf8');
    expect(text).not.toMatch(/^ARG |(?:token|password|secret|api_key)\w*=/im);
  });
});
