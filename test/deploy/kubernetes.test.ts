import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { problemOf, typeProblems } from './manifest-schemas.js';
import { kustomizations, manifestFolder, manifestOf, manifests, podOf, type Way } from './manifests.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
if (!hasKubectl) process.stderr.write('SKIPPED: kubectl is not installed, so no kustomization was built\n');

interface Selector {
  readonly matchLabels: object;
}

interface Endpoint {
  readonly port: string;
  readonly authorization: { readonly credentials: { readonly name: string; readonly key: string } };
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const own = podOf('StatefulSet');
const beside = podOf('Deployment');
const instance = podOf('Deployment', 'fleet');
const pods = [own, beside, instance];
const portsOf = (pod: typeof own) =>
  pod.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));
const isPart = (part: object, whole: object) =>
  Object.entries(part).every(([key, value]) => (whole as Record<string, unknown>)[key] === value);

describe('manifest', () => {
  it.each(manifests)('matches the schema of its kind: $path', (manifest) => {
    expect(problemOf(manifest)).toBe(null);
  });

  it('has only keys that its kind defines, and a misspelt key is detected', () => {
    const service = manifestOf('Service');
    const misspelt = { ...service, content: { ...service.content, spec: { prots: [] } } };
    expect(typeProblems([misspelt])).toEqual([expect.stringContaining(`'"prots"' does not exist`)]);
  }, 60_000);

  it('is listed in the kustomization of its folder, without other entries', () => {
    for (const { folder, resources } of kustomizations) {
      const there = readdirSync(join(manifestFolder, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'kustomization.yaml')
        .map(({ name }) => name);
      expect(resources.filter((name) => name.endsWith('.yaml')).sort()).toEqual(there.sort());
    }
  });
});

describe('kustomization', () => {
  it('sets the image of this version', () => {
    const images = kustomizations.flatMap((kustomization) => kustomization.images ?? []);
    expect(images.map(({ name }) => name)).toEqual(['modelpulse', 'modelpulse', 'modelpulse']);
    expect(images.filter(({ newTag }) => newTag !== version)).toEqual([]);
  });

  (hasKubectl ? it : it.skip).each(['.', 'sidecar', 'fleet'])('can be built: %s', (folder) => {
    const { status, stderr } = spawnSync('kubectl', ['kustomize', join(manifestFolder, folder)]);
    expect([status, stderr.toString()]).toEqual([0, '']);
  });
});

describe('pod', () => {
  const containers = pods.flatMap((pod) => pod.containers.map((container) => ({ pod, container })));
  const ours = containers.filter(({ container }) => container.name === 'modelpulse');

  it('meets the restricted pod security standard', () => {
    for (const { pod, container } of containers) {
      expect({ ...pod.securityContext, ...container.securityContext }).toMatchObject({
        runAsNonRoot: true,
        runAsUser: expect.any(Number),
        seccompProfile: { type: 'RuntimeDefault' },
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(pod.volumes.flatMap(Object.keys)).not.toContain('hostPath');
      expect(container.resources.limits.memory).toMatch(/^\d+Mi$/);
    }
  });

  it('runs modelpulse as the user of the image, with both probes on an existing port', () => {
    const user = /^USER (\d+):/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1];
    expect(ours).toHaveLength(3);
    for (const { pod, container } of ours) {
      expect({ ...pod.securityContext, ...container.securityContext }).toMatchObject({
        runAsUser: Number(user),
      });
      expect(container.livenessProbe?.httpGet.path).toBe('/livez');
      const probes = [container.livenessProbe, container.readinessProbe, container.startupProbe];
      const ports = container.ports?.map(({ name }) => name);
      expect(
        probes.flatMap((probe) => probe?.httpGet.port ?? []).filter((port) => !ports?.includes(port)),
      ).toEqual([]);
    }
  });

  it('mounts exactly its volumes', () => {
    for (const { containers: all, volumes, claims } of pods) {
      const mounted = all.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
      expect(new Set(mounted)).toEqual(new Set([...volumes.map(({ name }) => name), ...claims]));
    }
  });
});

describe('references between manifests', () => {
  it('name an existing ConfigMap and Secret', () => {
    for (const pod of pods) {
      const { volumes } = pod;
      const way = pod === instance ? 'fleet' : 'one';
      const names = (kind: string) => [manifestOf(kind, way).metadata.name];
      expect(volumes.flatMap(({ configMap }) => configMap?.name ?? [])).toEqual(names('ConfigMap'));
      expect(volumes.flatMap(({ secret }) => secret?.secretName ?? [])).toEqual(names('Secret'));
    }
  });

  const secretHas = ({ authorization }: Endpoint, way: Way = 'one') => {
    const { metadata, stringData = {} } = manifestOf('Secret', way);
    expect(authorization.credentials.name).toBe(metadata.name);
    expect(Object.keys(stringData)).toContain(authorization.credentials.key);
  };

  it.each([
    ['one', own],
    ['fleet', instance],
  ] as const)('select existing pod labels and ports: %s', (way, pod) => {
    const service = manifestOf('Service', way).spec as {
      selector: object;
      ports: { name: string; targetPort: string }[];
    };
    expect(isPart(service.selector, pod.labels)).toBe(true);
    expect(portsOf(pod)).toEqual(service.ports.map(({ targetPort }) => targetPort));

    const policy = manifestOf('NetworkPolicy', way).spec as {
      podSelector: Selector;
      ingress: { ports: { port: string }[] }[];
    };
    expect(isPart(policy.podSelector.matchLabels, pod.labels)).toBe(true);
    expect(policy.ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual(portsOf(pod));

    const monitor = manifestOf('ServiceMonitor', way).spec as { selector: Selector; endpoints: Endpoint[] };
    expect(isPart(monitor.selector.matchLabels, manifestOf('Service', way).metadata.labels!)).toBe(true);
    expect(monitor.endpoints.map(({ port }) => port)).toEqual(service.ports.map(({ name }) => name));
    for (const endpoint of monitor.endpoints) secretHas(endpoint, way);
  });

  it('lead from the StatefulSet to its Service, and from the PodMonitor to the sidecar', () => {
    expect(manifestOf('StatefulSet').spec).toMatchObject({
      serviceName: manifestOf('Service').metadata.name,
    });
    const podMonitor = manifestOf('PodMonitor').spec as {
      selector: Selector;
      podMetricsEndpoints: Endpoint[];
    };
    expect(isPart(podMonitor.selector.matchLabels, beside.labels)).toBe(true);
    expect(podMonitor.podMetricsEndpoints.map(({ port }) => port)).toEqual(portsOf(beside));
    for (const endpoint of podMonitor.podMetricsEndpoints) secretHas(endpoint);
  });
});

describe('instances on one database', () => {
  const deployment = manifestOf('Deployment', 'fleet').spec as {
    replicas: number;
    selector: Selector;
    template: {
      spec: {
        terminationGracePeriodSeconds: number;
        topologySpreadConstraints: { topologyKey: string; maxSkew: number; labelSelector: Selector }[];
      };
    };
  };
  const { topologySpreadConstraints: spread, terminationGracePeriodSeconds } = deployment.template.spec;

  it('are three, on different nodes and in different zones, of which one at a time is taken away', () => {
    expect(deployment.replicas).toBe(3);
    expect(spread.map(({ topologyKey, maxSkew }) => [topologyKey, maxSkew])).toEqual([
      ['kubernetes.io/hostname', 1],
      ['topology.kubernetes.io/zone', 1],
    ]);
    const budget = manifestOf('PodDisruptionBudget', 'fleet').spec as {
      selector: Selector;
      maxUnavailable: number;
    };
    expect(budget.maxUnavailable).toBe(1);
    const selectors = [budget.selector, deployment.selector, ...spread.map((each) => each.labelSelector)];
    for (const { matchLabels } of selectors) {
      expect(Object.keys(matchLabels)).not.toEqual([]);
      expect(isPart(matchLabels, instance.labels)).toBe(true);
    }
    expect(terminationGracePeriodSeconds).toBeGreaterThan(5 + 4);
  });

  it('keep nothing in the pod, and have the URL of the database from the Secret', () => {
    expect(instance.claims).toEqual([]);
    expect(instance.volumes.flatMap((volume) => Object.keys(volume)).sort()).toEqual(
      ['configMap', 'name', 'name', 'secret'].sort(),
    );
    const { secretKeyRef } = instance.containers[0]!.env!.find(
      ({ name }) => name === 'DATABASE_URL',
    )!.valueFrom!;
    const secret = manifestOf('Secret', 'fleet');
    expect(secretKeyRef.name).toBe(secret.metadata.name);
    expect(Object.keys(secret.stringData!)).toContain(secretKeyRef.key);
  });

  it('may reach PostgreSQL', () => {
    const { egress } = manifestOf('NetworkPolicy', 'fleet').spec as {
      egress: { to: { namespaceSelector?: object }[]; ports: { port?: number }[] }[];
    };
    const rule = egress.find(({ ports }) => ports.some(({ port }) => port === 5432));
    expect(rule?.to).toContainEqual({ namespaceSelector: {} });
  });
});
