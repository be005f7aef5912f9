import { highest } from './list.js';
import type { CheckResult } from './result.js';
import { cosineOf, type SeenVector } from './vector.js';

/** The last few vectors for one text, newest first. */
interface KnownVectors {
  readonly of: string;
  readonly sketches: readonly string[];
}

/** Versions named in replies. */
export interface Versions {
  /** Model name in the newest reply that had one. */
  readonly responseModel: string | null;
  /** The last few fingerprints, newest first. */
  readonly fingerprints: readonly string[];
  /** Vectors that are compared; undefined where none are, so that the memory of other models does not grow. */
  readonly vectors: KnownVectors | undefined;
}

/** A change of the version that answers. */
export interface VersionChange {
  readonly what: 'response_model' | 'system_fingerprint' | 'embedding';
  readonly was: string;
  readonly is: string;
}

/** Fingerprints remembered: a provider runs several builds side by side, and replies alternate between them. */
const mostFingerprints = 8;
/** Vectors remembered, for the same cause. */
const mostVectors = 4;

export const noVersions: Versions = { responseModel: null, fingerprints: [], vectors: undefined };

/** Words for what a change is of. */
export function changeWords({ what, was, is }: VersionChange): string {
  if (what === 'embedding') return `the vector for the same text was ${was}, is ${is} to it`;
  return `${what === 'response_model' ? 'model name' : 'build'} of replies was ${was}, is ${is}`;
}

/** Adds a vector: one that is like none of those known for its text is another version's. */
function withVector(
  known: KnownVectors | undefined,
  { of, sketch, least }: SeenVector,
): { vectors: KnownVectors; change: VersionChange | null } {
  // Another text has other vectors.
  if (known?.of !== of) return { vectors: { of, sketches: [sketch] }, change: null };
  const cosines = known.sketches.map((one) => cosineOf(one, sketch) ?? -1);
  const nearest = highest(cosines);
  // The first one stays: a slow drift must not move what is compared with.
  if (nearest >= least) return { vectors: known, change: null };
  return {
    vectors: { of, sketches: [sketch, ...known.sketches].slice(0, mostVectors) },
    change: {
      what: 'embedding',
      was: 'a known one',
      is: `another one with the cosine ${nearest.toFixed(4)}`,
    },
  };
}

/** Adds the versions of a result; a remembered fingerprint or vector is not a change. */
export function withVersions(
  { responseModel, fingerprints, vectors: known }: Versions,
  seen: Pick<CheckResult, 'responseModel' | 'systemFingerprint' | 'vector'>,
): { versions: Versions; changes: readonly VersionChange[] } {
  const changes: VersionChange[] = [];
  const model = seen.responseModel ?? responseModel;
  if (responseModel !== null && model !== null && model !== responseModel)
    changes.push({ what: 'response_model', was: responseModel, is: model });
  const compared = seen.vector === undefined ? null : withVector(known, seen.vector);
  if (compared?.change) changes.push(compared.change);
  const vectors = compared?.vectors ?? known;
  const [newest] = fingerprints;
  const build = seen.systemFingerprint;
  if (build === null || build === newest)
    return { versions: { responseModel: model, fingerprints, vectors }, changes };
  if (newest !== undefined && !fingerprints.includes(build))
    changes.push({ what: 'system_fingerprint', was: newest, is: build });
  const others = fingerprints.filter((other) => other !== build);
  const kept = [build, ...others].slice(0, mostFingerprints);
  return { versions: { responseModel: model, fingerprints: kept, vectors }, changes };
}
