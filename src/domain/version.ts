import type { CheckResult } from './result.js';

/** Versions named in replies. */
export interface Versions {
  /** Model name in the newest reply that had one. */
  readonly responseModel: string | null;
  /** The last few fingerprints, newest first. */
  readonly fingerprints: readonly string[];
}

/** A change of the version that answers. */
export interface VersionChange {
  readonly what: 'response_model' | 'system_fingerprint';
  readonly was: string;
  readonly is: string;
}

/** Fingerprints remembered: a provider runs several builds side by side, and replies alternate between them. */
const mostFingerprints = 8;

export const noVersions: Versions = { responseModel: null, fingerprints: [] };

/** Adds the versions of a result; a remembered fingerprint is not a change. */
export function withVersions(
  { responseModel, fingerprints }: Versions,
  seen: Pick<CheckResult, 'responseModel' | 'systemFingerprint'>,
): { versions: Versions; changes: readonly VersionChange[] } {
  const changes: VersionChange[] = [];
  const model = seen.responseModel ?? responseModel;
  if (responseModel !== null && model !== null && model !== responseModel)
    changes.push({ what: 'response_model', was: responseModel, is: model });
  const [newest] = fingerprints;
  const build = seen.systemFingerprint;
  if (build === null || build === newest)
    return { versions: { responseModel: model, fingerprints }, changes };
  if (newest !== undefined && !fingerprints.includes(build))
    changes.push({ what: 'system_fingerprint', was: newest, is: build });
  const others = fingerprints.filter((other) => other !== build);
  const kept = [build, ...others].slice(0, mostFingerprints);
  return { versions: { responseModel: model, fingerprints: kept }, changes };
}
