import type { CheckResult } from './result.js';

/** What replies say of the version that answers. */
export interface Versions {
  /** Model name in the newest reply that had one. */
  readonly responseModel: string | null;
  /** The last few that were seen, the newest first. */
  readonly fingerprints: readonly string[];
}

/** Another version answers than before. */
export interface VersionChange {
  readonly what: 'response_model' | 'system_fingerprint';
  readonly was: string;
  readonly is: string;
}

/** A provider runs several builds side by side, and its replies name now one and now another. */
const mostFingerprints = 8;

export const noVersions: Versions = { responseModel: null, fingerprints: [] };

/** Works a result into what is known; a fingerprint that was seen lately is no change. */
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
