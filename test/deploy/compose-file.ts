import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Service {
  readonly image: string;
  readonly build?: string;
  readonly pull_policy?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly string[] | Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly entrypoint?: readonly string[];
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, unknown>>;
}

export const composeFile = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as ComposeFile;

export const services: readonly (Service & { readonly name: string })[] = Object.entries(
  composeFile.services,
).map(([name, service]) => ({ name, ...service }));

const namesOf = (value: readonly string[] | object | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : Object.keys(value ?? {});

export function dependenciesOf(service: Service): readonly string[] {
  return namesOf(service.depends_on);
}

/** Names of the networks that a service is on. */
export function networksOf(service: Service): readonly string[] {
  if (service.network_mode !== undefined) return [];
  return service.networks ?? ['default'];
}

/** The services that a service finds under this name, on its networks. */
export function reachedAs(from: Service, name: string): readonly string[] {
  return services
    .filter((service) =>
      networksOf(service).some((network) => service.name === name && networksOf(from).includes(network)),
    )
    .map((service) => service.name);
}

export interface Mount {
  /** A path of the repository that begins with `./`, or the name of a volume. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export function mountsOf(service: Service): readonly Mount[] {
  return (service.volumes ?? []).map((text) => {
    const [source = '', target = '', mode] = text.split(':');
    return { source, target, readOnly: mode === 'ro' };
  });
}
