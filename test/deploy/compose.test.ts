import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  composeFile,
  dependenciesOf,
  mountsOf,
  networksOf,
  reachedAs,
  services,
  type Service,
} from './compose-file.js';

const tool = [['docker', 'compose'], ['docker-compose']].find(
  ([program = '', ...args]) => spawnSync(program, [...args, 'version']).status === 0,
);
if (!tool)
  process.stderr.write('SKIPPED: Compose is not installed, so docker-compose.yml was not read by it\n');

const sourcesOf = (service: Service) => mountsOf(service).map(({ source }) => source);
const instances = ['modelpulse-fleet-1', 'modelpulse-fleet-2'];
const yamlOf = (path: string) => parse(readFileSync(path, 'utf8')) as unknown;

describe('docker-compose.yml', () => {
  (tool ? it : it.skip)('is accepted by Compose, with and without its profiles', () => {
    const [program, ...args] = tool!;
    for (const profile of [[], ['--profile', 'demo'], ['--profile', 'postgres'], ['--profile', 'fleet']]) {
      const { status, stderr } = spawnSync(program!, [...args, ...profile, 'config', '--quiet']);
      expect([status, stderr.toString()]).toEqual([0, '']);
    }
  });

  it('mounts existing files, read-only', () => {
    const mounts = services.flatMap(mountsOf).filter(({ source }) => source.startsWith('./'));
    expect(mounts.filter(({ source, readOnly }) => !existsSync(source) || !readOnly)).toEqual([]);
    expect(mounts.length).toBeGreaterThan(0);
  });

  it('publishes ports only on loopback, each once', () => {
    const ports = services.flatMap((service) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const published = ports.map((port) => port.split(':')[1]);
    expect(new Set(published).size).toBe(published.length);
  });

  it.each(services)('restricts the privileges of $name', (service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+m$/),
    });
  });

  it('builds its own image, and pins full versions of all others', () => {
    for (const { image, build, pull_policy: policy } of services) {
      // A name without a registry would be looked for in a public one before it is built.
      if (build !== undefined) expect([image, policy]).toEqual(['localhost/modelpulse', 'build']);
      // Versions of PostgreSQL have two numbers.
      else expect(image).toMatch(/^(?:postgres:\d+\.\d+|.*:v?\d+\.\d+\.\d+)$/);
    }
  });

  it('declares exactly the volumes and networks that are used', () => {
    const volumes = services.flatMap(sourcesOf).filter((source) => !source.startsWith('./'));
    expect(new Set(volumes)).toEqual(new Set(Object.keys(composeFile.volumes)));
    expect(new Set(services.flatMap(networksOf))).toEqual(new Set(Object.keys(composeFile.networks)));
  });

  it('does not make permanent services wait for those of a profile', () => {
    const always = services.filter(({ profiles }) => profiles === undefined);
    const names = always.map(({ name }) => name);
    expect(always.flatMap(dependenciesOf).filter((name) => !names.includes(name))).toEqual([]);
    const of = (profile: string) =>
      services.filter(({ profiles }) => profiles?.includes(profile) === true).map(({ name }) => name);
    expect(of('demo')).toEqual(['simulator', 'modelpulse-demo', 'prometheus-demo']);
    expect(of('postgres')).toEqual(['modelpulse-postgres', 'postgres']);
    expect(of('fleet')).toEqual([...instances, 'prometheus-fleet', 'postgres']);
    expect(always.length + 8).toBe(services.length);
  });

  it('does not make services of one profile wait for those of another', () => {
    for (const { name, profiles = [], ...service } of services) {
      const waitsFor = dependenciesOf(service as Service).map((each) => composeFile.services[each]!.profiles);
      const missing = waitsFor.filter((of) => of !== undefined && profiles.some((one) => !of.includes(one)));
      expect([name, missing]).toEqual([name, []]);
    }
  });

  it('runs instances that differ only in their port', () => {
    const [first, ...others] = instances.map((name) => ({ ...composeFile.services[name], ports: [] }));
    expect(others).toEqual([first]);
    expect(reachedAs(composeFile.services['modelpulse-fleet-1']!, 'postgres')).toEqual(['postgres']);
  });
});

describe('references between services', () => {
  interface Prometheus {
    alerting?: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
    scrape_configs: {
      authorization: { credentials_file: string };
      static_configs: { targets: string[] }[];
    }[];
  }
  const hostsOf = (configs: { static_configs: { targets: string[] }[] }[]) =>
    configs.flatMap((config) => config.static_configs.flatMap(({ targets }) => targets));

  it.each([
    ['prometheus', ['modelpulse'], ['alertmanager']],
    ['prometheus-demo', ['modelpulse-demo'], []],
    ['prometheus-fleet', instances, ['alertmanager']],
  ])('%s scrapes %j with its token, and sends alerts to the right Alertmanager', (name, daemons, told) => {
    const service = composeFile.services[name]!;
    const file = mountsOf(service).find(({ target }) => target === '/etc/prometheus/prometheus.yml')!.source;
    const prometheus = yamlOf(file) as Prometheus;
    const targets = hostsOf(prometheus.scrape_configs);
    expect(targets.filter((target) => !target.endsWith(':9464'))).toEqual([]);
    expect(targets.flatMap((target) => reachedAs(service, target.split(':')[0]!))).toEqual(daemons);
    expect(dependenciesOf(service)).toEqual(expect.arrayContaining([...daemons, ...told]));
    const alertmanagers = hostsOf(prometheus.alerting?.alertmanagers ?? []);
    expect(alertmanagers.flatMap((host) => reachedAs(service, host.split(':')[0]!))).toEqual(told);
    const directory = mountsOf(service).find(({ source }) => source === 'token')?.target;
    expect(prometheus.scrape_configs[0]!.authorization.credentials_file).toBe(
      `${directory}/modelpulse_token`,
    );
  });

  it('Grafana reaches each of its data sources', () => {
    const urls = ['prometheus', 'demo', 'fleet'].flatMap((name) => {
      const path = `deploy/grafana/provisioning/datasources/${name}.yml`;
      return (yamlOf(path) as { datasources: { url: string }[] }).datasources.map(({ url }) => new URL(url));
    });
    expect(urls.map(({ hostname }) => reachedAs(composeFile.services.grafana!, hostname))).toEqual([
      ['prometheus'],
      ['prometheus-demo'],
      ['prometheus-fleet'],
    ]);
  });

  it('Grafana finds its dashboards in the path of the provider', () => {
    const provider = yamlOf('deploy/grafana/provisioning/dashboards/modelpulse.yml') as {
      providers: { options: { path: string } }[];
    };
    expect(mountsOf(composeFile.services.grafana!)).toContainEqual({
      source: './deploy/grafana/dashboards',
      target: provider.providers[0]!.options.path,
      readOnly: true,
    });
  });
});
