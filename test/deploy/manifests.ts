import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface Manifest {
  readonly path: string;
  /** All of it, as it is written. */
  readonly content: object;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  /** What it is depends on the kind, which the schemas judge. */
  readonly spec: unknown;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

export interface Kustomization {
  readonly folder: string;
  readonly resources: readonly string[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
}

export const manifestFolder = 'deploy/kubernetes';

const files = readdirSync(manifestFolder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .sort();

function documentsOf(path: string): object[] {
  return parseAllDocuments(readFileSync(join(manifestFolder, path), 'utf8')).map(
    (document) => document.toJS() as object,
  );
}

/** Everything that is meant for a cluster. */
export const manifests: readonly Manifest[] = files
  .filter((path) => !path.endsWith('kustomization.yaml'))
  .flatMap((path) =>
    documentsOf(path).map((document) => ({ path, content: document, ...document }) as Manifest),
  );

export const kustomizations: readonly Kustomization[] = files
  .filter((path) => path.endsWith('kustomization.yaml'))
  .flatMap((path) =>
    documentsOf(path).map(
      (document) => ({ folder: path.replace(/\/?kustomization\.yaml$/, ''), ...document }) as Kustomization,
    ),
  );

/** How modelpulse is deployed: one instance, by itself or beside what uses the models, or several on one database. */
export type Way = 'one' | 'fleet';

/** The only manifest of this kind in a way of deployment. */
export function manifestOf(kind: string, way: Way = 'one'): Manifest {
  const [manifest, ...others] = manifests.filter(
    (each) => each.kind === kind && each.path.startsWith('fleet/') === (way === 'fleet'),
  );
  if (manifest === undefined || others.length > 0) throw new Error(`not one ${kind}`);
  return manifest;
}

interface Mount {
  readonly name: string;
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly Mount[];
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly [probe: `${string}Probe`]:
    { readonly httpGet: { readonly path: string; readonly port: string } } | undefined;
}

export interface Pod {
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
  readonly volumes: readonly (Mount & {
    readonly configMap?: { readonly name: string };
    readonly secret?: { readonly secretName: string };
  })[];
  readonly claims: readonly string[];
  readonly securityContext: Readonly<Record<string, unknown>>;
}

interface PodTemplate {
  readonly metadata: { readonly labels: Pod['labels'] };
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes: Pod['volumes'];
    readonly securityContext: Pod['securityContext'];
  };
}

interface Workload {
  readonly template: PodTemplate;
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
}

/** The pod that the manifest of this kind makes, with the containers of both sorts. */
export function podOf(kind: 'StatefulSet' | 'Deployment', way: Way = 'one'): Pod {
  const { template, volumeClaimTemplates = [] } = manifestOf(kind, way).spec as Workload;
  const { containers, initContainers = [], volumes, securityContext } = template.spec;
  return {
    labels: template.metadata.labels,
    containers: [...containers, ...initContainers],
    volumes,
    claims: volumeClaimTemplates.map(({ metadata }) => metadata.name),
    securityContext,
  };
}
